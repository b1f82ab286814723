package io.github.qmp4j.blockjobs.async;

import io.github.qmp4j.threads.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Lets one piece of asynchronous work run at a time, in the order of the calls. */
public final class AsyncMutex {
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** Starts {@code work} when all work before it has ended, however. */
    public <T> CompletableFuture<T> take(Supplier<CompletableFuture<T>> work) {
        lock.lock();
        try {
            CompletableFuture<T> turn = Futures.whenOver(last, work);
            last = turn;
            return turn;
        } finally {
            lock.unlock();
        }
    }
}
