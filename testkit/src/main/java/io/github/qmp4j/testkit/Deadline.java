package io.github.qmp4j.testkit;

import java.time.Duration;

/** A point of {@link System#nanoTime()} until which a caller is ready to wait. */
record Deadline(long nanos) {

    static Deadline after(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos());
    }

    boolean passed() {
        return leftNanos() <= 0;
    }

    long leftNanos() {
        return nanos - System.nanoTime();
    }

    /** At least 1, since 0 means "for ever" to {@code Object.wait} and {@code Selector.select}. */
    long leftMillis() {
        return Math.max(1, leftNanos() / 1_000_000);
    }
}
