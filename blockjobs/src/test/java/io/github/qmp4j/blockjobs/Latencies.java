package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The round trips of a command that has nothing to do with jobs, about one each millisecond. */
record Latencies(List<Long> nanos) {
    private static final long PAUSE_NANOS = 1_000_000;
    private static final double NINETY_NINE = 0.99;

    /** Asks as long as this is so, at least once. */
    static Latencies measureWhile(BooleanSupplier going, QmpClient client) {
        return measureWhile(
                going, () -> client.execute(QmpCommand.of("query-status")).get(3, TimeUnit.MINUTES));
    }

    private static Latencies measureWhile(BooleanSupplier going, Callable<?> question) {
        List<Long> nanos = new ArrayList<>();
        try {
            do {
                long start = System.nanoTime();
                question.call();
                nanos.add(System.nanoTime() - start);
                LockSupport.parkNanos(PAUSE_NANOS);
            } while (going.getAsBoolean());
        } catch (Exception e) {
            throw new AssertionError("after " + nanos.size() + " round trips", e);
        }
        Collections.sort(nanos);
        return new Latencies(nanos);
    }

    static Latencies measureFor(Duration time, QmpClient client) {
        long end = System.nanoTime() + time.toNanos();
        return measureWhile(() -> System.nanoTime() < end, client);
    }

    Duration p99() {
        return Duration.ofNanos(nanos.get((int) (nanos.size() * NINETY_NINE)));
    }

    @Override
    public String toString() {
        return "%d round trips, p50 %d us, p99 %d us, longest %d us"
                .formatted(
                        nanos.size(),
                        nanos.get(nanos.size() / 2) / 1_000,
                        p99().toNanos() / 1_000,
                        nanos.get(nanos.size() - 1) / 1_000);
    }
}
