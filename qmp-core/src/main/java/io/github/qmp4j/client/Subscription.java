package io.github.qmp4j.client;

import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.threads.CallFuture;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bounded queue between the event loop and one listener, which is served by one thread at a time. */
final class Subscription implements EventSubscription {
    private static final Logger LOG = LoggerFactory.getLogger(Subscription.class);

    /** After so many deliveries the thread is given back, so that others on the same executor get their turn. */
    private static final int TURN = 256;

    private final EventFilter filter;
    private final Consumer<? super QmpEvent> listener;
    private final Executor executor;
    private final int capacity;
    private final Consumer<? super Subscription> onClose;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** All of these are guarded by the lock. A queued task is one delivery. */
    private final Queue<Runnable> queue = new ArrayDeque<>();

    private boolean serving;
    private boolean gapQueued;
    private boolean over;
    private long dropped;
    private Runnable onDropped = () -> {};

    Subscription(
            EventFilter filter,
            Consumer<? super QmpEvent> listener,
            Executor executor,
            int capacity,
            Consumer<? super Subscription> onClose) {
        this.filter = filter;
        this.listener = listener;
        this.executor = executor;
        this.capacity = capacity;
        this.onClose = onClose;
    }

    /** Called on the event loop; false if the event was wanted and had to be dropped. */
    boolean offer(QmpEvent event) {
        try {
            if (!filter.accepts(event)) {
                return true;
            }
        } catch (Throwable e) {
            LOG.warn("a filter failed on event {}; the event is delivered", event.name(), e);
        }
        lock.lock();
        try {
            if (over) {
                return true;
            }
            if (queue.size() < capacity) {
                enqueue(() -> listener.accept(event));
                gapQueued = false;
                return true;
            } else {
                if (dropped++ == 0) {
                    LOG.warn("a listener is too slow: {} events wait, from here on some are dropped", capacity);
                }
                if (!gapQueued) {
                    gapQueued = true;
                    enqueue(this::tellOfGap);
                }
                return false;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends it after what is queued has been delivered. */
    void end(@Nullable Throwable cause) {
        lock.lock();
        try {
            if (over) {
                return;
            }
            over = true;
            enqueue(new Marker(() -> {
                if (cause == null) {
                    ended.complete(null);
                } else {
                    ended.completeExceptionally(cause);
                }
            }));
        } finally {
            lock.unlock();
        }
    }

    private void tellOfGap() {
        Runnable action;
        lock.lock();
        try {
            gapQueued = false;
            action = onDropped;
        } finally {
            lock.unlock();
        }
        action.run();
    }

    /** Called with the lock held. */
    private void enqueue(Runnable delivery) {
        queue.add(delivery);
        if (!serving) {
            serving = true;
            dispatch();
        }
    }

    private void dispatch() {
        executor.execute(this::serve);
    }

    private void serve() {
        for (int delivered = 0; delivered < TURN; delivered++) {
            Runnable delivery = next();
            if (delivery == null) {
                return;
            }
            try {
                delivery.run();
            } catch (Throwable e) {
                LOG.error("a listener of events failed; it stays subscribed", e);
            }
        }
        dispatch();
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            Runnable delivery = queue.poll();
            serving = delivery != null;
            return delivery;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public EventSubscription onDropped(Runnable action) {
        lock.lock();
        try {
            onDropped = action;
        } finally {
            lock.unlock();
        }
        return this;
    }

    /** Its place in the queue is behind all that has arrived. */
    @Override
    public CompletableFuture<Void> delivered() {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        lock.lock();
        try {
            enqueue(new Marker(() -> passed.complete(null)));
        } finally {
            lock.unlock();
        }
        return CallFuture.copyOf(passed, executor);
    }

    /** A place in the queue that a future waits for; it stays where the events before it are not delivered any more. */
    private record Marker(Runnable reached) implements Runnable {
        @Override
        public void run() {
            reached.run();
        }
    }

    @Override
    public CompletableFuture<Void> ended() {
        return CallFuture.copyOf(ended, executor);
    }

    @Override
    public void close() {
        onClose.accept(this);
        lock.lock();
        try {
            queue.removeIf(delivery -> !(delivery instanceof Marker));
            if (!over) {
                over = true;
                ended.complete(null);
            }
        } finally {
            lock.unlock();
        }
    }
}
