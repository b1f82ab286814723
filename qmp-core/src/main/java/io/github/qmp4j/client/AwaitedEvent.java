package io.github.qmp4j.client;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import java.util.concurrent.CompletableFuture;

/** Joins a command with the event that tells of its effect. */
final class AwaitedEvent {
    private AwaitedEvent() {}

    static CompletableFuture<QmpEvent> of(QmpClient client, QmpCommand<?> command, EventFilter filter) {
        CompletableFuture<QmpEvent> first = new CompletableFuture<>();
        // Subscribed before it is sent, since the event may come before the reply.
        EventSubscription subscription = client.subscribe(filter, first::complete);
        subscription
                .ended()
                .whenComplete((done, cause) -> first.completeExceptionally(
                        cause == null
                                ? new QmpDisconnectedException("this side has closed the session", true, null)
                                : cause));
        CompletableFuture<QmpEvent> both = client.execute(command)
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
