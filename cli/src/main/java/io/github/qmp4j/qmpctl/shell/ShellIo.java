package io.github.qmp4j.qmpctl.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.event.QmpEvent;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where the lines of a shell come from, and where its answers go. All but {@link #next} may be called by any thread. */
public interface ShellIo extends AutoCloseable {
    /** The next line; empty when there are no more. One at a time. */
    CompletableFuture<Optional<String>> next(String prompt);

    /** Sentences for a person. */
    void say(String text);

    /** What a command returned. */
    void returned(String command, JsonNode value);

    /** What the human monitor printed for a line. */
    void printed(String line, String text);

    /** One sentence on what went wrong with the line before. */
    void failed(String sentence);

    void event(QmpEvent event);

    /** Whether a person types, who sees what goes wrong and needs no exit code for it. */
    boolean isInteractive();

    /** What to do when the user presses Ctrl-C while a command is under way. */
    default void onInterrupt(Runnable action) {}

    @Override
    void close();
}
