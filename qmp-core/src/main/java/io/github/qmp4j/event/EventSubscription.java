package io.github.qmp4j.event;

import java.util.concurrent.CompletableFuture;

/** A listener's place in the stream of events; it ends when it is closed, or with the connection. */
public interface EventSubscription extends AutoCloseable {

    /** How many events were dropped because the listener was too slow and its queue was full. */
    long dropped();

    /**
     * Runs {@code action} each time that events have been dropped since the last delivery: in the order of the events,
     * at the place of the gap, on the thread that delivers them. A program that keeps state by events asks QEMU again then.
     *
     * @return this
     */
    EventSubscription onDropped(Runnable action);

    /**
     * Completes when every event that has arrived by now has been given to the listener, or dropped; also where the
     * subscription has ended. No order is promised between an event and a reply. To compare a reply with the events that QEMU
     * sent before it, call this after the reply has arrived, and wait. It never fails.
     */
    CompletableFuture<Void> delivered();

    /**
     * Completes normally after {@link #close()}; fails with the first cause when the connection ends. All events that
     * came before have been delivered by then. This is the caller's own copy.
     */
    CompletableFuture<Void> ended();

    /** Ends the subscription: nothing more is queued. A delivery that is under way is not waited for. */
    @Override
    void close();
}
