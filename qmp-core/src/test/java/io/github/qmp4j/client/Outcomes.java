package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures within a bound. */
public final class Outcomes {
    /** Longer than anything takes that does not hang. */
    static final Duration LONG = Duration.ofMinutes(2);

    private Outcomes() {}

    /** What it completes with. */
    public static <T> T value(Future<T> future) {
        try {
            return future.get(LONG.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("not in time", e);
        }
    }

    /** What it fails with, which has a message and a stack trace. */
    public static <E extends Throwable> E failure(CompletableFuture<?> future, Class<E> type) {
        Throwable thrown = catchThrowable(() -> future.get(LONG.toMillis(), TimeUnit.MILLISECONDS));
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        Throwable cause = Objects.requireNonNull(thrown.getCause());
        assertThat(cause).isInstanceOf(type).message().isNotBlank();
        assertThat(cause.getStackTrace()).isNotEmpty();
        return type.cast(cause);
    }
}
