package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpHealth;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.threads.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A session as one user has it.
 *
 * @param options those of the session, but for the callbacks, which are this user's
 */
record SessionClient(QmpSession session, QmpOptions options) implements QmpClient {

    private Executor callbacks() {
        return options.callbacks();
    }

    @Override
    public QmpClient withCallbacks(Executor callbacks) {
        return session.client(callbacks);
    }

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command) {
        return execute(command, CommandTimeouts.of(command.name(), options));
    }

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command, Duration timeout) {
        return session.execute(command, timeout, callbacks());
    }

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command, QmpDescriptor descriptor) {
        return session.execute(command, descriptor, callbacks());
    }

    @Override
    public <R> CompletableFuture<R> executeOob(QmpCommand<R> command) {
        return session.executeOob(command, callbacks());
    }

    @Override
    public <R> CompletableFuture<QmpEvent> executeAndAwait(QmpCommand<R> command, EventFilter event) {
        return CallFuture.copyOf(AwaitedEvent.of(withCallbacks(DaemonThreads.work()), command, event), callbacks());
    }

    @Override
    public Flow.Publisher<QmpEvent> events(EventFilter filter) {
        return new EventPublisher(this, filter);
    }

    @Override
    public EventSubscription subscribe(EventFilter filter, Consumer<? super QmpEvent> listener) {
        return session.subscribe(filter, listener, callbacks());
    }

    @Override
    public CompletableFuture<QmpSchema> schema() {
        return CallFuture.copyOf(session.schema(), callbacks());
    }

    @Override
    public CompletableFuture<QmpHealth> health(Duration budget) {
        return session.health(budget, callbacks());
    }

    @Override
    public CompletableFuture<Void> closed() {
        return CallFuture.copyOf(session.closed(), callbacks());
    }

    @Override
    public QmpAddress address() {
        return session.address();
    }

    @Override
    public QmpGreeting greeting() {
        return session.greeting();
    }

    @Override
    public ConnectionState state() {
        return session.state();
    }

    @Override
    public long strayReplies() {
        return session.strayReplies();
    }

    @Override
    public void close() {
        session.close();
    }

    @Override
    public String toString() {
        return session.toString();
    }
}
