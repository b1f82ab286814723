package io.github.qmp4j.qmpctl.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.event.QmpEvent;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The input and the output of a shell. Any thread may call all methods except {@link #next}. */
public interface ShellIo extends AutoCloseable {
    /** Completes with the next line, or with empty at the end of the input. Only one call at a time. */
    CompletableFuture<Optional<String>> next(String prompt);

    /** Prints sentences for people. */
    void say(String text);

    /** Prints what a command returned. */
    void returned(String command, JsonNode value);

    /** Prints the answer of the human monitor to a line. */
    void printed(String line, String text);

    /** Prints one sentence: why the line before failed. */
    void failed(String sentence);

    void event(QmpEvent event);

    /** Whether a person types, who sees failures and needs no exit code for them. */
    boolean isInteractive();

    /** Sets the action for Ctrl-C during a command. */
    default void onInterrupt(Runnable action) {}

    @Override
    void close();
}
