package io.github.qmp4j.blockjobs;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a job has come.
 *
 * @param offset bytes done
 * @param len bytes to do in all; it moves, and is not the size of the disk. {@code offset == len} is no proof of
 *     anything
 * @param speedLimit bytes per second; 0 is unlimited
 * @param rate bytes per second, smoothed; empty until it has been seen twice
 * @param eta how long the rest takes at that rate; empty where the rate is unknown or zero
 */
public record JobProgress(long offset, long len, long speedLimit, OptionalLong rate, Optional<Duration> eta) {
    private static final double WHOLE = 100.0;

    static final JobProgress NONE = new JobProgress(0, 0, 0, OptionalLong.empty(), Optional.empty());

    /** From 0 to 100; 0 while {@code len} is not known. */
    public double percent() {
        return len <= 0 ? 0 : Math.min(WHOLE, WHOLE * offset / len);
    }
}
