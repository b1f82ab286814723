package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Waits for futures within a bound. */
public final class Outcomes {
    private static final int LIMIT_SECONDS = 20;

    private Outcomes() {}

    /** What it completes with. */
    public static <T> T value(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    /** What it fails with, which has a message and a stack trace (R5). */
    public static <E extends Throwable> E failure(CompletableFuture<?> future, Class<E> type) {
        Throwable thrown = catchThrowable(() -> future.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        Throwable cause = Objects.requireNonNull(thrown.getCause());
        assertThat(cause).isInstanceOf(type);
        assertThat(cause.getMessage()).isNotBlank();
        assertThat(cause.getStackTrace()).isNotEmpty();
        return type.cast(cause);
    }
}
