package io.github.qmp4j.blockjobs.async;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Repeats a query to QEMU while it is needed; each time only after the last answer. */
public final class Poller {
    private final Executor later;
    private final BooleanSupplier wanted;
    private final Supplier<CompletableFuture<?>> work;
    private final AtomicBoolean running = new AtomicBoolean();

    public Poller(Duration interval, Executor executor, BooleanSupplier wanted, Supplier<CompletableFuture<?>> work) {
        this.later = CompletableFuture.delayedExecutor(interval.toNanos(), TimeUnit.NANOSECONDS, executor);
        this.wanted = wanted;
        this.work = work;
    }

    /** To be called whenever it may have become wanted. */
    public void wake() {
        if (wanted.getAsBoolean() && running.compareAndSet(false, true)) {
            later.execute(this::once);
        }
    }

    private void once() {
        if (wanted.getAsBoolean()) {
            work.get().whenComplete((done, failure) -> later.execute(this::once));
        } else {
            running.set(false);
            // It may have become wanted between the two lines above.
            wake();
        }
    }
}
