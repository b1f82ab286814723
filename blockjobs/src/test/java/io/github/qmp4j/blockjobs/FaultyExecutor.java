package io.github.qmp4j.blockjobs;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/** An executor for callbacks that takes some of its tasks, and throws an {@code Error} in place of the others. */
final class FaultyExecutor implements Executor, AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final IntPredicate throwing;
    private final AtomicInteger calls = new AtomicInteger();

    /** @param throwing by the number of the call, from 0 */
    FaultyExecutor(IntPredicate throwing) {
        this.throwing = throwing;
    }

    /** How many tasks it was given. */
    int calls() {
        return calls.get();
    }

    @Override
    public void execute(Runnable task) {
        if (throwing.test(calls.getAndIncrement())) {
            throw new OutOfMemoryError("unable to create native thread: for the test");
        }
        threads.execute(task);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
