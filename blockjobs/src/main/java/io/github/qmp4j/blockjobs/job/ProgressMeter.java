package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.JobProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes a smoothed rate of a job's offset over time. Belongs to the job's mailbox. */
public final class ProgressMeter {
    private static final double NANOS = 1e9;

    /** Half of the weight lies on the last so many seconds. */
    private static final double HALF_LIFE_SECONDS = 3;

    private final Convergence convergence;
    private long offset;
    private long len;
    /** 0 until there was something to do. */
    private long firstLen;

    private long speed;
    private long seenAt;
    private boolean seen;
    private double rate = -1;

    /** @param window for how long a copy must gain nothing to be called one that does not converge */
    public ProgressMeter(Duration window) {
        this.convergence = new Convergence(window);
    }

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
        end(newOffset, newLen);
        convergence.see(newOffset, newLen, nanoTime);
    }

    /** The offset at an end is final, and too close to the last one to tell a rate. */
    public void end(long newOffset, long newLen) {
        offset = newOffset;
        len = newLen;
        firstLen = firstLen == 0 ? newLen : firstLen;
    }

    public JobProgress progress() {
        OptionalLong known = rate < 0 ? OptionalLong.empty() : OptionalLong.of(Math.round(rate));
        Optional<Duration> eta = rate < 1
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Math.round(Math.max(0, len - offset) / rate)));
        return new JobProgress(offset, len, speed, known, eta, len - firstLen, convergence.fails());
    }
}
