package io.github.qmp4j.client;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.QmpEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The subscriptions to the events of one session. Safe for use by any thread; it publishes on the event loop. */
final class EventHub {
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final QmpOptions options;
    private final Consumer<String> onDrop;

    private record End(@Nullable Throwable cause) {}

    /** Written by the event loop, before any subscription is ended; null while events can come. */
    private volatile @Nullable End end;

    EventHub(QmpOptions options, Consumer<String> onDrop) {
        this.options = options;
        this.onDrop = onDrop;
    }

    Subscription subscribe(EventFilter filter, Consumer<? super QmpEvent> listener, Executor callbacks) {
        Subscription subscription =
                new Subscription(filter, listener, callbacks, options.eventQueue(), subscriptions::remove);
        subscriptions.add(subscription);
        End known = end;
        if (known != null) {
            // One that comes while the session ends, or after it, must still hear of the end.
            subscription.end(known.cause());
            subscriptions.remove(subscription);
        }
        return subscription;
    }

    void publish(QmpEvent event) {
        for (Subscription subscription : subscriptions) {
            if (!subscription.offer(event)) {
                onDrop.accept(event.name());
            }
        }
    }

    /** Ends every subscription, with a cause where the session did not just close. */
    void end(@Nullable Throwable cause) {
        end = new End(cause);
        subscriptions.forEach(subscription -> subscription.end(cause));
        subscriptions.clear();
    }
}
