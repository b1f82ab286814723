package io.github.qmp4j.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A child process behind a small shell, which ends the child when this JVM is gone, also by SIGKILL. What the shell does
 * stands in {@code guard.sh}.
 */
final class Guard {
    private static final String SCRIPT = script();
    /** What the script gives the child between SIGTERM and SIGKILL, and some more. */
    private static final Duration TERMINATION = Duration.ofSeconds(8);

    /** A shell's exit status for a child that a signal has ended is the signal's number and this. */
    private static final int SIGNALLED = 128;

    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final Process shell;
    private final LastLines output;

    private Guard(Process shell) {
        this.shell = shell;
        this.output = LastLines.of(shell.getInputStream(), "qmp-process-output-" + shell.pid());
    }

    static Guard start(Path folder, List<String> command) throws IOException {
        List<String> whole = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "qmp4j-guard", folder.toString()));
        whole.addAll(command);
        return new Guard(new ProcessBuilder(whole).redirectErrorStream(true).start());
    }

    private static String script() {
        try (InputStream resource = Guard.class.getResourceAsStream("guard.sh")) {
            return new String(
                    Objects.requireNonNull(resource, "guard.sh is in the jar").readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Completes with the child's exit status; 127 is the shell's word for a binary that it does not find. */
    CompletableFuture<Integer> exit() {
        return shell.onExit().thenApply(Process::exitValue);
    }

    boolean hasEnded(Duration within) throws InterruptedException {
        return shell.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    LastLines output() {
        return output;
    }

    /** How the child has ended and what it wrote last, part of a sentence; soon, and also if it still runs. */
    CompletableFuture<String> lastWords() {
        return exit().thenCombine(output.end(), (status, end) -> ended(status))
                .completeOnTimeout("its process runs on", LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(how -> output.text().isEmpty() ? how : how + "; it said: " + output.text());
    }

    private static String ended(int status) {
        return status > SIGNALLED
                ? "its process was ended by signal %d (status %d)".formatted(status - SIGNALLED, status)
                : "its process has ended with status %d".formatted(status);
    }

    /** Ends the child: with SIGTERM, with SIGKILL 5 s later, and the shell too if even that did not do it. */
    void end() throws InterruptedException {
        List<ProcessHandle> family = shell.descendants().toList();
        try {
            shell.getOutputStream().close();
        } catch (IOException e) {
            // The shell has gone, so its end of the pipe has too.
        }
        if (!hasEnded(TERMINATION)) {
            family.forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
            hasEnded(TERMINATION);
        }
    }
}
