package io.github.qmp4j.blockjobs;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes a smoothed rate of what is seen of a job's offset over time. Belongs to the job's mailbox. */
final class ProgressMeter {
    private static final double NANOS = 1e9;

    /** Half of the weight lies on the last so many seconds. */
    private static final double HALF_LIFE_SECONDS = 3;

    private long offset;
    private long len;
    private long speed;
    private long seenAt;
    private boolean seen;
    private double rate = -1;

    void speed(long bytesPerSecond) {
        speed = bytesPerSecond;
    }

    void see(long newOffset, long newLen, long nanoTime) {
        if (seen && nanoTime > seenAt) {
            double seconds = (nanoTime - seenAt) / NANOS;
            double now = Math.max(0, newOffset - offset) / seconds;
            double weight = 1 - Math.pow(2, -seconds / HALF_LIFE_SECONDS);
            rate = rate < 0 ? now : rate + weight * (now - rate);
        }
        seen = true;
        seenAt = nanoTime;
        offset = newOffset;
        len = newLen;
    }

    /** The offset at an end is final, and too close to the last one to tell a rate. */
    void end(long newOffset, long newLen) {
        offset = newOffset;
        len = newLen;
    }

    JobProgress progress() {
        OptionalLong known = rate < 0 ? OptionalLong.empty() : OptionalLong.of(Math.round(rate));
        Optional<Duration> eta = rate < 1
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Math.round(Math.max(0, len - offset) / rate)));
        return new JobProgress(offset, len, speed, known, eta);
    }
}
