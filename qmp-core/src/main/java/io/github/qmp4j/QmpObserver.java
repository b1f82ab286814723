package io.github.qmp4j;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An observer of sessions, for metrics and the like; set in {@link QmpOptions#observers()}.
 *
 * <p>It is called on the event loops, in the order of what happens on one session, and before the caller's future
 * completes: it must be quick, it must not block, and one that is set for several sessions may be called by several
 * threads at once. What it throws is logged once for each session, and harms neither the session nor other observers. One
 * that may be slow is wrapped by {@link #queued}.
 */
public interface QmpObserver {

    /** How a command ended. */
    enum Outcome {
        /** QEMU sent its return value. */
        OK,
        /** QEMU sent an error. */
        ERROR,
        /** No reply in time; in doubt. */
        TIMEOUT,
        /** The session ended first; in doubt. */
        DISCONNECTED
    }

    /** A session has been negotiated. A connection attempt without a session is not reported. */
    default void connectionOpened(QmpAddress address) {}

    /**
     * A session that {@link #connectionOpened} reported has ended; the last call about it.
     *
     * @param cause null when this side closed it
     */
    default void connectionEnded(QmpAddress address, @Nullable QmpException cause) {}

    /**
     * A command is sent, or waits for its turn behind others where out-of-band commands are enabled. One that is refused
     * in this process is not reported, neither here nor as finished.
     */
    default void commandStarted(String command) {}

    /**
     * A command that {@link #commandStarted} reported has ended. A caller that gives up does not end its command.
     *
     * @param took since it was started
     */
    default void commandFinished(String command, Outcome outcome, Duration took) {}

    /** An event arrived, with or without a listener for it. */
    default void eventReceived(String event) {}

    /** A subscription dropped an event, since its listener was too slow and its queue full; once for each of both. */
    default void eventDropped(String event) {}

    /** A reply or an error came for which no call waits any more, or for which there was none. */
    default void lateReply() {}

    /**
     * An observer that may be slow or block: what happens is queued, and told one at a time, in order, on a daemon thread
     * that serves only this one. Durations are still those that were measured. While {@code capacity} calls wait, what
     * comes beyond is dropped, which is logged the first time.
     *
     * @throws IllegalArgumentException if {@code capacity} is not positive
     */
    static QmpObserver queued(QmpObserver observer, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity (%d) must be positive".formatted(capacity));
        }
        return new QueuedObserver(observer, capacity);
    }
}
