package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens sessions for tests, and waits for futures within a bound. */
final class Sessions {
    static final Duration LONG = Duration.ofSeconds(20);

    private Sessions() {}

    static QmpClient open(FakeQemu fake) {
        return open(fake, QmpOptions.defaults());
    }

    static QmpClient open(FakeQemu fake, QmpOptions options) {
        return value(QmpClient.connect(unix(fake.socket()), options));
    }

    static QmpClient open(RealQemu qemu) {
        return value(QmpClient.connect(unix(qemu.monitor()), QmpOptions.defaults()));
    }

    static QmpAddress unix(Path socket) {
        return new QmpAddress.Unix(socket);
    }

    /** What the future completes with, soon. */
    static <T> T value(Future<T> future) {
        try {
            return future.get(LONG.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("not in time", e);
        }
    }

    /** What the future fails with, soon; it must be of this type and have a message (R5). */
    static <E extends Throwable> E failure(CompletableFuture<?> future, Class<E> type) {
        Throwable thrown = catchThrowable(() -> future.get(LONG.toMillis(), TimeUnit.MILLISECONDS));
        assertThat(thrown).isInstanceOf(ExecutionException.class);
        Throwable cause = Objects.requireNonNull(thrown.getCause());
        assertThat(cause).isInstanceOf(type).message().isNotBlank();
        assertThat(cause.getStackTrace()).isNotEmpty();
        return type.cast(cause);
    }
}
