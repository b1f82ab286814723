package io.github.qmp4j.blockjobs.async;

import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The delay before a query to QEMU is repeated. */
public final class Pause {
    private static final int MILLIS = 100;

    /** A thread of the library, which no user can hold up. */
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(MILLIS, TimeUnit.MILLISECONDS, DaemonThreads.work());

    private Pause() {}

    public static <T> CompletableFuture<T> before(Supplier<CompletableFuture<T>> question) {
        return Futures.flat(CompletableFuture.supplyAsync(question, LATER));
    }
}
