package io.github.qmp4j.client;

import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Joins a command with the event that reports its effect. */
final class AwaitedEvent {
    private AwaitedEvent() {}

    /**
     * @param subscribe subscribes a listener to the event
     * @param send sends the command
     */
    static CompletableFuture<QmpEvent> of(
            Function<Consumer<QmpEvent>, EventSubscription> subscribe, Supplier<? extends CompletableFuture<?>> send) {
        CompletableFuture<QmpEvent> first = new CompletableFuture<>();
        // Subscribed before it is sent, since the event may come before the reply.
        EventSubscription subscription = subscribe.apply(first::complete);
        subscription
                .ended()
                .whenComplete((done, cause) -> first.completeExceptionally(
                        cause == null
                                ? new QmpDisconnectedException("this side has closed the session", true, null)
                                : cause));
        CompletableFuture<QmpEvent> both = send.get()
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        first.completeExceptionally(failure);
                    }
                })
                .thenCombine(first, (reply, heard) -> heard);
        both.whenComplete((heard, failure) -> subscription.close());
        return both;
    }
}
