package io.github.qmp4j.blockjobs.session;

import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A listener's place in the events of one session after another; between two of them events count as dropped. */
final class LastingSubscription implements EventSubscription {
    private final EventFilter filter;
    private final Consumer<? super QmpEvent> listener;
    private final CompletableFuture<Void> ended;

    /** Both guarded by this. */
    private @Nullable EventSubscription present;

    private boolean closed;
    private volatile Runnable onDropped = () -> {};

    /** @param ended when there will be no more sessions */
    LastingSubscription(EventFilter filter, Consumer<? super QmpEvent> listener, CompletableFuture<Void> ended) {
        this.filter = filter;
        this.listener = listener;
        this.ended = ended.copy();
    }

    /** The next session, from which nothing is missed once this returns. */
    synchronized void begin(QmpClient session) {
        if (!closed) {
            present = session.subscribe(filter, listener).onDropped(() -> onDropped.run());
        }
    }

    /** Between two sessions events may have been missed. */
    void missed() {
        onDropped.run();
    }

    @Override
    public synchronized long dropped() {
        return present == null ? 0 : present.dropped();
    }

    @Override
    public EventSubscription onDropped(Runnable action) {
        onDropped = action;
        return this;
    }

    @Override
    public synchronized CompletableFuture<Void> delivered() {
        return present == null ? CompletableFuture.completedFuture(null) : present.delivered();
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (present != null) {
            present.close();
        }
        ended.complete(null);
    }
}
