package io.github.qmp4j.threads;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A caller's own copy of a result: the thread that brings the result wakes the threads that wait in {@code get} or
 * {@code join}, and never runs what hangs on the future.
 *
 * <p>That thread completes {@code arrival}, on which nothing but waiting threads and copies like this can hang; the future
 * itself is completed by the executor for callbacks. Whatever is made of it with {@code thenApply} and the like is an ordinary future.
 */
public final class CallFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    private final CompletableFuture<Arrival<T>> arrival = new CompletableFuture<>();
    private final Executor callbacks;

    public CallFuture(Executor callbacks) {
        this.callbacks = LosslessExecutor.of(callbacks);
    }

    /** A copy of {@code source}, for one caller. */
    public static <T extends @Nullable Object> CallFuture<T> copyOf(CompletableFuture<T> source, Executor callbacks) {
        CallFuture<T> copy = new CallFuture<>(callbacks);
        if (source instanceof CallFuture<T> original) {
            original.arrival.thenAccept(copy::arrive);
            return copy;
        }
        source.whenComplete((value, failure) -> {
            if (failure == null) {
                copy.arrive(() -> value);
            } else {
                copy.fail(Futures.cause(failure));
            }
        });
        return copy;
    }

    /**
     * A copy for the caller of a future that no other code has; {@code first} runs before it, on the thread that brings the
     * result.
     */
    public CallFuture<T> copyAfter(Runnable first) {
        CallFuture<T> copy = new CallFuture<>(callbacks);
        arrival.thenAccept(result -> {
            first.run();
            copy.arrive(result);
        });
        return copy;
    }

    /**
     * Ends the waiting with what {@code value} gives or throws; it runs once, on a thread that may run user code.
     *
     * @return false if the waiting had ended before
     */
    public boolean arrive(Supplier<? extends T> value) {
        return arrive(new Arrival<>(value));
    }

    public void fail(Throwable cause) {
        arrive(new Arrival<>(null, cause));
    }

    private boolean arrive(Arrival<T> result) {
        boolean first = arrival.complete(result);
        if (first) {
            callbacks.execute(() -> result.passTo(this));
        }
        return first;
    }

    private boolean settle(T value) {
        return super.complete(value);
    }

    private boolean settleWith(Throwable cause) {
        return super.completeExceptionally(cause);
    }

    @Override
    public boolean complete(T value) {
        return arrival.complete(new Arrival<>(() -> value)) && settle(value);
    }

    @Override
    public boolean completeExceptionally(Throwable cause) {
        return arrival.complete(new Arrival<>(null, cause)) && settleWith(cause);
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        executor.execute(() -> {
            try {
                complete(supplier.get());
            } catch (Throwable e) {
                completeExceptionally(e);
            }
        });
        return this;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return completeExceptionally(new CancellationException()) || isCancelled();
    }

    @Override
    public boolean isDone() {
        return arrival.isDone();
    }

    @Override
    public boolean isCancelled() {
        return isDone() && arrival.join().failure() instanceof CancellationException;
    }

    @Override
    public boolean isCompletedExceptionally() {
        return isDone() && arrival.join().failure() != null;
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        return arrival.get().get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        return arrival.get(timeout, unit).get();
    }

    @Override
    public T join() {
        return arrival.join().join();
    }

    @Override
    public T getNow(T otherwise) {
        return isDone() ? join() : otherwise;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    @Override
    public Executor defaultExecutor() {
        return callbacks;
    }

    /** A result whose reader runs at most once, by the caller that needs it first. */
    private static final class Arrival<T extends @Nullable Object> {
        private @Nullable Supplier<? extends T> source;
        private @Nullable T value;
        private @Nullable Throwable failure;

        Arrival(Supplier<? extends T> source) {
            this.source = source;
        }

        Arrival(@Nullable T none, Throwable failure) {
            this.value = none;
            this.failure = failure;
        }

        private synchronized void read() {
            Supplier<? extends T> unread = source;
            if (unread != null) {
                source = null;
                try {
                    value = unread.get();
                } catch (Throwable e) {
                    failure = e;
                }
            }
        }

        @Nullable
        Throwable failure() {
            read();
            return failure;
        }

        @SuppressWarnings("NullAway") // without a failure the value is what T allows
        T value() {
            return value;
        }

        T get() throws ExecutionException {
            Throwable thrown = failure();
            if (thrown instanceof CancellationException cancelled) {
                throw cancelled;
            }
            if (thrown != null) {
                throw new ExecutionException(thrown);
            }
            return value();
        }

        T join() {
            Throwable thrown = failure();
            if (thrown instanceof CancellationException cancelled) {
                throw cancelled;
            }
            if (thrown != null) {
                throw thrown instanceof CompletionException e ? e : new CompletionException(thrown);
            }
            return value();
        }

        void passTo(CallFuture<T> future) {
            Throwable thrown = failure();
            if (thrown == null) {
                future.settle(value());
            } else {
                future.settleWith(thrown);
            }
        }
    }
}
