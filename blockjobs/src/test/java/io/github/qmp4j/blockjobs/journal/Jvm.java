package io.github.qmp4j.blockjobs.journal;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM that runs {@link JournalChild}, and is killed for certain. */
final class Jvm implements AutoCloseable {
    private static final int LIMIT_SECONDS = 60;

    private final Process process;
    private final BufferedReader out;

    private Jvm(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.US_ASCII);
    }

    static Jvm start(String... arguments) {
        return startBehind(List.of(), arguments);
    }

    /** With a command in front that runs its arguments. */
    static Jvm startBehind(List<String> front, String... arguments) {
        List<String> command = new ArrayList<>(front);
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx64m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), JournalChild.class.getName()));
        command.addAll(List.of(arguments));
        try {
            return new Jvm(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new AssertionError("cannot start " + command, e);
        }
    }

    /** The next line that it writes. */
    String line() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the child has ended");
            }
            return line;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends SIGKILL, and gives what it had written and nobody had read. */
    List<String> kill() {
        // Process.destroyForcibly would close the pipe, and what is in it would be lost.
        process.toHandle().destroyForcibly();
        return rest();
    }

    /** What it writes until its end; the last line may be cut off. */
    List<String> rest() {
        List<String> rest = out.lines().toList();
        await();
        return rest;
    }

    long pid() {
        return process.pid();
    }

    private void await() {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the child does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        await();
    }
}
