package io.github.qmp4j.client;

import io.github.qmp4j.QmpException;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Gives the events of a session to subscribers of {@code Flow}, each with a queue of its own. */
record EventPublisher(QmpClient client, EventFilter filter) implements Flow.Publisher<QmpEvent> {

    @Override
    public void subscribe(Flow.Subscriber<? super QmpEvent> subscriber) {
        // Its buffers are powers of two, so there is room for at least the queue of a subscription.
        SubmissionPublisher<QmpEvent> queue = new SubmissionPublisher<>(
                client.options().callbacks(), client.options().eventQueue());
        queue.subscribe(subscriber);
        AtomicReference<@Nullable EventSubscription> source = new AtomicReference<>();
        EventSubscription events = client.subscribe(filter, event -> pass(event, queue, source));
        source.set(events);
        events.onDropped(() -> queue.closeExceptionally(tooSlow()));
        events.ended().whenComplete((done, cause) -> {
            if (cause == null) {
                queue.close();
            } else {
                queue.closeExceptionally(cause);
            }
        });
    }

    private static void pass(
            QmpEvent event, SubmissionPublisher<QmpEvent> queue, AtomicReference<@Nullable EventSubscription> source) {
        if (!queue.hasSubscribers()) {
            EventSubscription events = source.get();
            if (events != null) {
                events.close();
            }
        } else if (queue.offer(event, null) < 0) {
            queue.closeExceptionally(tooSlow());
        }
    }

    private static QmpException tooSlow() {
        return new QmpException("the subscriber asked for events more slowly than they came, and some are lost");
    }
}
