package io.github.qmp4j.qmpctl.demo;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import java.util.concurrent.CompletableFuture;

/** Lets the demo wait for things, and wakes it when the user presses Ctrl-C. */
final class Interruption {
    private final CompletableFuture<Void> interrupted = new CompletableFuture<>();

    void interrupt() {
        interrupted.complete(null);
    }

    /** Throws {@link DemoException} when the interruption comes first, and what the future failed with. */
    <T> T await(CompletableFuture<T> future) {
        CompletableFuture.anyOf(future.handle((value, failure) -> true), interrupted)
                .join();
        if (interrupted.isDone()) {
            throw new DemoException(ExitCode.DETACHED, "interrupted");
        }
        return future.join();
    }
}
