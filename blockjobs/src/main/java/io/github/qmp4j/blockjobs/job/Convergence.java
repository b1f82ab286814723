package io.github.qmp4j.blockjobs.job;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Notices that a copy gains nothing on a guest that writes as fast as it copies. Belongs to the job's mailbox. */
final class Convergence {
    private static final int SAMPLES = 16;

    private record Sample(long at, long offset, long remaining) {}

    private final long window;

    /** Oldest first, and none from before both sides were last in step. */
    private final Deque<Sample> samples = new ArrayDeque<>();

    private Sample latest = new Sample(0, 0, 0);

    Convergence(Duration window) {
        this.window = window.toNanos();
    }

    void see(long offset, long len, long nanoTime) {
        if (len <= offset) {
            samples.clear();
            return;
        }
        latest = new Sample(nanoTime, offset, len - offset);
        if (samples.isEmpty() || nanoTime - samples.getLast().at >= window / SAMPLES) {
            samples.addLast(latest);
        }
        Sample oldest = samples.removeFirst();
        while (!samples.isEmpty() && nanoTime - samples.getFirst().at >= window) {
            oldest = samples.removeFirst();
        }
        samples.addFirst(oldest);
    }

    /** Whether for a whole window it has copied, and yet there is no less left to copy. */
    boolean fails() {
        Sample oldest = samples.peekFirst();
        return oldest != null
                && latest.at - oldest.at >= window
                && latest.offset > oldest.offset
                && latest.remaining >= oldest.remaining;
    }
}
