package io.github.qmp4j.blockjobs;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Lets one piece of asynchronous work run at a time, in the order in which they were asked for. */
final class Turns {
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** Starts {@code work} when all work before it has ended, however. */
    <T> CompletableFuture<T> take(Supplier<CompletableFuture<T>> work) {
        lock.lock();
        try {
            CompletableFuture<T> turn =
                    last.handle((done, failure) -> work.get()).thenCompose(future -> future);
            last = turn;
            return turn;
        } finally {
            lock.unlock();
        }
    }
}
