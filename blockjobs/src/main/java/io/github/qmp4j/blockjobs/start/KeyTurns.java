package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.threads.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Lets one call for a key run at a time, in the order of the calls. Safe for use by any thread. */
public final class KeyTurns {
    private final Executor work;

    /** The last call for each key that is under way: the next one waits for it. */
    private final ConcurrentHashMap<JobKey, CompletableFuture<?>> calls = new ConcurrentHashMap<>();

    public KeyTurns(Executor work) {
        this.work = work;
    }

    /** Starts {@code call} when every call before it for this key has ended, however. */
    public <T> CompletableFuture<T> take(JobKey key, Supplier<CompletableFuture<T>> call) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<?> before = calls.put(key, mine);
        CompletableFuture<?> turn = before == null ? CompletableFuture.completedFuture(null) : before;
        turn.handle((done, failure) -> null)
                .thenComposeAsync(done -> call.get(), work)
                // Not in the store's own thread, which a caller who waits for this could hold up.
                .whenCompleteAsync(
                        (value, failure) -> {
                            calls.remove(key, mine);
                            if (failure == null) {
                                mine.complete(value);
                            } else {
                                mine.completeExceptionally(Futures.cause(failure));
                            }
                        },
                        work);
        return mine.copy();
    }

    /** Whether nothing of any key is kept. */
    public boolean isIdle() {
        return calls.isEmpty();
    }
}
