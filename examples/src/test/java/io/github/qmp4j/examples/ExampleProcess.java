package io.github.qmp4j.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An example that runs as a program of its own, as its user runs it. */
final class ExampleProcess implements AutoCloseable {
    private static final int LIMIT_SECONDS = 120;

    private final Process process;
    private final BufferedReader out;
    private final StringBuilder printed = new StringBuilder();

    private ExampleProcess(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    static ExampleProcess start(Class<?> example, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                example.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        try {
            return new ExampleProcess(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new AssertionError("cannot start " + command, e);
        }
    }

    /** Runs an example to its end, and gives what it printed. */
    static String run(Class<?> example, Object... arguments) {
        try (ExampleProcess running = start(example, arguments)) {
            String printed = running.end();
            if (running.process.exitValue() != 0) {
                throw new AssertionError(
                        "%s ended with %d: %s".formatted(example, running.process.exitValue(), printed));
            }
            return printed;
        }
    }

    /** Reads until it prints this; gives all that it has printed. */
    String until(String words) {
        try {
            while (printed.indexOf(words) < 0) {
                String line = out.readLine();
                if (line == null) {
                    throw new AssertionError("it ended before it printed '%s': %s".formatted(words, printed));
                }
                printed.append(line).append('\n');
            }
            return printed.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Closes its input and waits for its end; gives all that it has printed. */
    String end() {
        try {
            process.getOutputStream().close();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                printed.append(line).append('\n');
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end: " + printed);
            }
            return printed.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** Sends SIGKILL, and waits until it is gone. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
