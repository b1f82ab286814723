package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import java.util.concurrent.CompletableFuture;

/** Lets the demo wait for a future, and ends the wait when the user presses Ctrl-C. */
final class Interruption {
    private final CompletableFuture<Void> interrupted = new CompletableFuture<>();

    void interrupt() {
        interrupted.complete(null);
    }

    /** Waits for the future. Throws {@link DemoException} after Ctrl-C, or the exception of the future. */
    <T> T await(CompletableFuture<T> future) {
        CompletableFuture.anyOf(future.handle((value, failure) -> true), interrupted)
                .join();
        if (interrupted.isDone()) {
            throw new DemoException(ExitCode.DETACHED, "interrupted");
        }
        return future.join();
    }
}
