package io.github.qmp4j.client;

import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives the events of a session to subscribers of {@code Flow}, each with a queue of its own.
 *
 * @param events subscribes a listener to them
 */
record EventPublisher(Function<Consumer<QmpEvent>, EventSubscription> events, QmpOptions options)
        implements Flow.Publisher<QmpEvent> {

    @Override
    public void subscribe(Flow.Subscriber<? super QmpEvent> subscriber) {
        // Its buffers are powers of two, so there is room for at least the queue of a subscription.
        SubmissionPublisher<QmpEvent> queue = new SubmissionPublisher<>(options.callbacks(), options.eventQueue());
        queue.subscribe(subscriber);
        AtomicReference<@Nullable EventSubscription> source = new AtomicReference<>();
        EventSubscription subscription = events.apply(event -> pass(event, queue, source));
        source.set(subscription);
        subscription.onDropped(() -> queue.closeExceptionally(tooSlow()));
        subscription.ended().whenComplete((done, cause) -> {
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
