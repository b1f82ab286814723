package io.github.qmp4j.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child process that cannot outlive this JVM: a shell between the two kills it when the JVM's end of a pipe closes. */
final class Guardian {
    private final Process shell;
    private final ProcessHandle child;

    private Guardian(Process shell, ProcessHandle child) {
        this.shell = shell;
        this.child = child;
    }

    /** Starts the command; if the JVM dies, the folder is deleted. */
    static Guardian start(List<String> command, Path directory, TempFolder folder, Path output) throws IOException {
        List<String> guarded = new ArrayList<>(
                List.of("/bin/sh", "-c", script(), "guardian.sh", folder.path().toString()));
        guarded.addAll(command);
        Process shell = new ProcessBuilder(guarded)
                .directory(directory.toFile())
                .redirectError(output.toFile())
                .start();
        BufferedReader reader = shell.inputReader(StandardCharsets.US_ASCII);
        String pid = reader.readLine();
        if (pid == null) {
            throw new IOException("/bin/sh: " + Files.readString(output));
        }
        // A child that has ended already has no handle; the shell, which then ends too, stands in for it.
        return new Guardian(shell, ProcessHandle.of(Long.parseLong(pid)).orElse(shell.toHandle()));
    }

    ProcessHandle child() {
        return child;
    }

    /** The exit status, or 128 + the signal's number; only after {@link #ended}. */
    int exitStatus() {
        return shell.exitValue();
    }

    /** Waits until the child has ended and been reaped, at most so long. */
    boolean ended(Duration limit) {
        try {
            return shell.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !shell.isAlive();
        }
    }

    private static String script() throws IOException {
        try (InputStream script = Guardian.class.getResourceAsStream("guardian.sh")) {
            if (script == null) {
                throw new IOException("guardian.sh is missing");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
