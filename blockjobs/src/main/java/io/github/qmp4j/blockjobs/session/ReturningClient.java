package io.github.qmp4j.blockjobs.session;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpHealth;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.ConnectionState;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpDescriptor;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.threads.Futures;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The sessions with one run of QEMU as if they were one. What may be asked twice without harm waits for the next session when the
 * present one is lost, and is asked there; all else fails as it does in a session that is lost. Events that were missed in
 * between count as dropped.
 */
public final class ReturningClient implements QmpClient {
    /**
     * What QEMU answers alike the second time, or refuses because it has obeyed the first time. A start is not among them, nor is
     * the listing of nodes, which is safe only right after a look at the jobs.
     */
    private static final Set<String> REPEATABLE = Set.of(
            "query-jobs",
            "query-block-jobs",
            "query-block",
            "query-blockstats",
            "query-block-exports",
            "x-debug-query-block-graph",
            "qom-get",
            "job-dismiss",
            "job-complete",
            "job-cancel",
            "block-job-cancel",
            "block-job-set-speed",
            "job-pause",
            "job-resume",
            "job-finalize");

    private final Sessions sessions;
    private final QmpOptions options;
    private final QmpAddress address;

    public ReturningClient(Sessions sessions, QmpAddress address, QmpOptions options) {
        this.sessions = sessions;
        this.address = address;
        this.options = options;
    }

    @Override
    public QmpClient withCallbacks(Executor callbacks) {
        return new ReturningClient(sessions, address, options.withCallbacks(callbacks));
    }

    /** Does all of something again in the next session when it was lost in the present one. */
    public static <T> CompletableFuture<T> again(QmpClient client, Supplier<CompletableFuture<T>> work) {
        return client instanceof ReturningClient returning ? returning.repeated(session -> work.get()) : work.get();
    }

    /** The one session that a client has now; fails where it has none. */
    public static CompletableFuture<QmpClient> session(QmpClient client) {
        return client instanceof ReturningClient returning
                ? returning.once(CompletableFuture::completedFuture)
                : CompletableFuture.completedFuture(client);
    }

    private <T> CompletableFuture<T> repeated(Function<QmpClient, CompletableFuture<T>> work) {
        return repeated(work, false);
    }

    /** @param sent whether QEMU may have seen it in an earlier session */
    private <T> CompletableFuture<T> repeated(Function<QmpClient, CompletableFuture<T>> work, boolean sent) {
        return sessions.next()
                .exceptionallyCompose(none -> CompletableFuture.failedFuture(sent ? inDoubt(none) : none))
                .thenCompose(session -> work.apply(session.withCallbacks(options.callbacks()))
                        .exceptionallyCompose(failure -> {
                            if (!(Futures.cause(failure) instanceof QmpDisconnectedException lost)) {
                                return CompletableFuture.failedFuture(failure);
                            }
                            sessions.gone(session);
                            return repeated(work, sent || lost.mayHaveReachedQemu());
                        }));
    }

    private static Throwable inDoubt(Throwable failure) {
        Throwable cause = Futures.cause(failure);
        return cause instanceof QmpDisconnectedException
                ? new QmpDisconnectedException(String.valueOf(cause.getMessage()), true, cause.getCause())
                : failure;
    }

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command) {
        return REPEATABLE.contains(command.name())
                ? repeated(session -> session.execute(command))
                : once(session -> session.execute(command));
    }

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command, Duration timeout) {
        return once(session -> session.execute(command, timeout));
    }

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command, QmpDescriptor descriptor) {
        return once(session -> session.execute(command, descriptor));
    }

    @Override
    public <R> CompletableFuture<R> executeOob(QmpCommand<R> command) {
        return once(session -> session.executeOob(command));
    }

    @Override
    public <R> CompletableFuture<QmpEvent> executeAndAwait(QmpCommand<R> command, EventFilter event) {
        return once(session -> session.executeAndAwait(command, event));
    }

    private <T> CompletableFuture<T> once(Function<QmpClient, CompletableFuture<T>> work) {
        return sessions.present()
                .map(session -> session.withCallbacks(options.callbacks()))
                .map(work)
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new QmpDisconnectedException("there is no session with " + address + " now", false, null)));
    }

    @Override
    public CompletableFuture<QmpSchema> schema() {
        return repeated(QmpClient::schema);
    }

    @Override
    public EventSubscription subscribe(EventFilter filter, Consumer<? super QmpEvent> listener) {
        return sessions.subscribe(filter, listener);
    }

    @Override
    public Flow.Publisher<QmpEvent> events(EventFilter filter) {
        return sessions.last().events(filter);
    }

    @Override
    public QmpAddress address() {
        return address;
    }

    @Override
    public QmpGreeting greeting() {
        return sessions.last().greeting();
    }

    @Override
    public QmpOptions options() {
        return options;
    }

    @Override
    public ConnectionState state() {
        return sessions.last().state();
    }

    @Override
    public long strayReplies() {
        return sessions.last().strayReplies();
    }

    @Override
    public CompletableFuture<QmpHealth> health(Duration budget) {
        return sessions.last().health(budget);
    }

    @Override
    public CompletableFuture<Void> closed() {
        return sessions.ended();
    }

    @Override
    public String toString() {
        return "sessions with " + address;
    }

    @Override
    public void close() {
        sessions.close();
    }
}
