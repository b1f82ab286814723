package io.github.qmp4j.blockjobs.async;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Something that QEMU is asked when events give reason to, however many of them there are: never twice at a time, and for
 * a request that comes meanwhile has it asked once more, a little later. Safe for use by any thread.
 */
public final class CoalescingQuery {
    private static final long PAUSE_MILLIS = 100;

    private enum Asking {
        NOT,
        ONCE,
        ONCE_MORE
    }

    private final Supplier<CompletableFuture<?>> work;
    private final Executor later;
    private final AtomicReference<Asking> asking = new AtomicReference<>(Asking.NOT);

    /** @param work asks, and completes when the answer has been taken */
    public CoalescingQuery(Executor executor, Supplier<CompletableFuture<?>> work) {
        this.later = CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS, executor);
        this.work = work;
    }

    public void ask() {
        if (asking.getAndUpdate(now -> now == Asking.NOT ? Asking.ONCE : Asking.ONCE_MORE) == Asking.NOT) {
            askNow();
        }
    }

    private void askNow() {
        work.get().whenComplete((answer, failure) -> {
            if (!asking.compareAndSet(Asking.ONCE, Asking.NOT)) {
                later.execute(this::askOnceMore);
            }
        });
    }

    private void askOnceMore() {
        asking.set(Asking.ONCE);
        askNow();
    }
}
