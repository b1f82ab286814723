package io.github.qmp4j.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks for QEMU's last words, and waits for them no longer than those who wait for replies can be kept waiting. */
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
