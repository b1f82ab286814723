package io.github.qmp4j.client;

import java.time.Duration;

/**
 * How long a {@link QmpSupervisor} waits between two attempts. The n-th wait in a row, counted from 0, is {@code first}
 * times {@code multiplier} to the power of n, at most {@code longest}, and up to {@code jitter} of that less, by chance.
 *
 * @param first the wait after a session has ended
 * @param longest the upper bound
 * @param multiplier at least 1
 * @param jitter from 0, for none, to 1; it parts the supervisors of many monitors that are lost at once
 */
public record Backoff(Duration first, Duration longest, double multiplier, double jitter) {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration HIGHEST_BOUND = Duration.ofDays(1);

    public Backoff {
        if (first.isNegative() || first.isZero()) {
            throw new IllegalArgumentException("first (%s) must be positive".formatted(first));
        }
        if (longest.compareTo(first) < 0 || longest.compareTo(HIGHEST_BOUND) > 0) {
            throw new IllegalArgumentException(
                    "longest (%s) must be between first (%s) and %s".formatted(longest, first, HIGHEST_BOUND));
        }
        if (!(multiplier >= 1 && Double.isFinite(multiplier))) {
            throw new IllegalArgumentException("multiplier (%s) must be at least 1".formatted(multiplier));
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter (%s) must be between 0 and 1".formatted(jitter));
        }
    }

    /** From 0.1 s, doubled each time, to 30 s, with a jitter of a half. */
    public static Backoff defaults() {
        return new Backoff(FIRST, LONGEST, 2, 0.5);
    }

    /**
     * The wait before an attempt.
     *
     * @param attempt how many failed in a row before it, from 0
     * @param chance from 0 to 1
     */
    Duration before(int attempt, double chance) {
        double full = Math.min((double) longest.toNanos(), (double) first.toNanos() * Math.pow(multiplier, attempt));
        return Duration.ofNanos((long) (full * (1 - jitter * chance)));
    }
}
