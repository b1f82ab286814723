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
 * @param growth by how many bytes {@code len} has grown since it was first seen, for example since the guest writes what
 *     must be copied again; negative if it has shrunk
 * @param notConverging a hint: for {@link BlockJobOptions#convergenceWindow()} the job has copied and was never in step,
 *     and yet there is no less left to copy, since the guest writes as fast. A higher speed limit helps, or
 *     {@link BlockJob#switchToActiveCopy()}
 */
public record JobProgress(
        long offset,
        long len,
        long speedLimit,
        OptionalLong rate,
        Optional<Duration> eta,
        long growth,
        boolean notConverging) {
    private static final double WHOLE = 100.0;

    /** Nothing is known yet. */
    public static final JobProgress NONE = new JobProgress(0, 0, 0, OptionalLong.empty(), Optional.empty(), 0, false);

    /** From 0 to 100; 0 while {@code len} is not known. */
    public double percent() {
        return len <= 0 ? 0 : Math.min(WHOLE, WHOLE * offset / len);
    }
}
