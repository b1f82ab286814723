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
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** A session as one user has it. Two clients of one session are equal where their results run on the same executor. */
final class SessionClient implements QmpClient {
    private final QmpSession session;
    /** Those of the session, but for the callbacks, which are this user's. */
    private final QmpOptions options;
    /** Those that are used most are the same each time, so that they can stand for the session. */
    private final List<SessionClient> used;

    private SessionClient(QmpSession session, QmpOptions options, List<SessionClient> used) {
        this.session = session;
        this.options = options;
        this.used = used;
    }

    /** A session as the options of the session say. */
    static SessionClient of(QmpSession session) {
        List<SessionClient> used = new CopyOnWriteArrayList<>();
        SessionClient given = new SessionClient(session, session.options(), used);
        used.add(given);
        used.add(new SessionClient(session, session.options().withCallbacks(DaemonThreads.work()), used));
        return given;
    }

    @Override
    public QmpOptions options() {
        return options;
    }

    private Executor callbacks() {
        return options.callbacks();
    }

    @Override
    public QmpClient withCallbacks(Executor callbacks) {
        SessionClient other = new SessionClient(session, options.withCallbacks(callbacks), used);
        return used.stream().filter(other::equals).findFirst().orElse(other);
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
        return CallFuture.copyOf(awaited(command, event), callbacks());
    }

    private <R> CompletableFuture<QmpEvent> awaited(QmpCommand<R> command, EventFilter event) {
        QmpClient own = withCallbacks(DaemonThreads.work());
        return AwaitedEvent.of(heard -> own.subscribe(event, heard), () -> own.execute(command));
    }

    @Override
    public Flow.Publisher<QmpEvent> events(EventFilter filter) {
        return new EventPublisher(listener -> subscribe(filter, listener), options);
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

    @Override
    public boolean equals(Object other) {
        return other instanceof SessionClient client && session == client.session && options.equals(client.options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(session, options);
    }
}
