package io.github.qmp4j.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A short-lived program; the system property {@code qmp4j.NAME} says where it is if it is not on the path. */
record Tool(String program) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    static Tool named(String name) {
        return new Tool(System.getProperty("qmp4j." + name, name));
    }

    /** Runs the program; throws if it does not start, or is killed since it does not end in 60 s. */
    Result run(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        // Output goes to files, so that no thread has to read it and a full pipe cannot stop the program.
        try (TempFolder folder = TempFolder.create("tool")) {
            Path out = folder.resolve("out");
            Path err = folder.resolve("err");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().put("LC_ALL", "C");
            int exit = await(builder.start(), command);
            return new Result(command, exit, Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new TestkitException("cannot run " + command + ": " + e.getMessage(), e);
        }
    }

    private static int await(Process process, List<String> command) {
        try {
            if (process.waitFor(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
                return process.exitValue();
            }
            throw new TestkitException(LIMIT.toSeconds() + " s were not enough for " + command);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("interrupted while waiting for " + command, e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** How the program ended, and what it said. */
    record Result(List<String> command, int exit, String out, String err) {

        Result orThrow() {
            if (exit != 0) {
                throw failure();
            }
            return this;
        }

        TestkitException failure() {
            return new TestkitException(
                    String.join(" ", command) + " ended with " + exit + ":\n" + err.strip() + "\n" + out.strip());
        }
    }
}
