package io.github.qmp4j.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks how QEMU ended, with a bound on the wait, since callers wait for their replies meanwhile. */
final class ExitDetailsRequest {
    private static final long LIMIT_MILLIS = 700;

    private ExitDetailsRequest() {}

    /** Completes within the limit, and never fails. */
    static CompletableFuture<String> of(ExitDetails source, Executor callbacks) {
        return CompletableFuture.supplyAsync(source::tell, callbacks)
                .thenCompose(Function.identity())
                .completeOnTimeout("", LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .exceptionally(failure -> "");
    }
}
