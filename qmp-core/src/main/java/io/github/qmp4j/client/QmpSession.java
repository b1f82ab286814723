package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpHealth;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpProtocolException;
import io.github.qmp4j.codec.QmpMessage;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.transport.OwnedDescriptor;
import io.github.qmp4j.transport.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A negotiated session, for the clients that are given out of it. The event loop owns its state; what other threads read of it is
 * volatile.
 */
final class QmpSession {
    private static final Logger LOG = LoggerFactory.getLogger(QmpSession.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final QmpAddress address;
    private final QmpOptions options;
    private final QmpGreeting greeting;
    private final Wire wire;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicReference<@Nullable CompletableFuture<QmpSchema>> schema = new AtomicReference<>();
    private final CommandFlow commands;
    private final EventHub events;
    private final ObserverNotifier observations;
    private final HealthCheck health;

    /** Why the session is over; null while it runs. Written by the event loop. */
    private volatile @Nullable QmpException end;

    /** The connection is gone, and the details of QEMU's end are being fetched. Written by the event loop. */
    private volatile boolean ending;

    /** Belongs to the event loop. */
    private @Nullable ExitDetails lastWords;

    /** What commands are checked against before they are sent; null if they are not. Written once, before others have this. */
    private volatile @Nullable QmpSchema checks;

    /** Written by the event loop, and not after {@link #end}; others read it after that. */
    private boolean closedByUs;

    QmpSession(QmpAddress address, QmpOptions options, QmpGreeting greeting, Wire wire) {
        this.address = address;
        this.options = options;
        this.greeting = greeting;
        this.wire = wire;
        this.observations = new ObserverNotifier(address, options);
        this.commands = new CommandFlow(address, options, wire, observations);
        this.health = new HealthCheck(this, commands, wire);
        this.events = new EventHub(options, observations::dropped);
        observations.opened();
        SessionLog.opened(address, greeting);
    }

    // ---- on the event loop ----

    void received(QmpMessage message) {
        take(message);
        commands.heard();
    }

    private void take(QmpMessage message) {
        if (message instanceof QmpMessage.Event event) {
            observations.event(event.event().name());
            events.publish(event.event());
        } else if (message instanceof QmpMessage.Reply reply) {
            commands.replied(reply);
        } else if (message instanceof QmpMessage.ErrorReply error) {
            commands.refused(error);
        } else {
            LOG.warn("{} sent a message that is neither reply nor event; it is passed over", address);
        }
    }

    /** Sets where the end of this session gets the details of QEMU's own end from. */
    void askAtEnd(ExitDetails source) {
        lastWords = source;
    }

    void ended(@Nullable Throwable broken) {
        ExitDetails asked = lastWords;
        if (asked == null || closedByUs) {
            ended(broken, "");
            return;
        }
        ending = true;
        commands.hold();
        ExitDetailsRequest.of(asked, options.callbacks()).thenAccept(words -> {
            // A loop that has ended runs nothing beside this.
            if (!wire.execute(() -> ended(broken, words))) {
                ended(broken, words);
            }
        });
    }

    private void ended(@Nullable Throwable broken, String words) {
        QmpException why = why(broken, words.isEmpty() ? "" : "; " + words);
        end = why;
        observations.ended(closedByUs ? null : why);
        SessionLog.ended(address, closedByUs ? null : why);
        commands.end(why);
        events.end(closedByUs ? null : why);
        if (closedByUs) {
            closed.complete(null);
        } else {
            closed.completeExceptionally(why);
        }
    }

    private QmpException why(@Nullable Throwable broken, String words) {
        if (closedByUs) {
            return new QmpDisconnectedException("this side has closed the session with " + address, false, null);
        }
        if (broken instanceof QmpProtocolException protocol) {
            return protocol;
        }
        return new QmpDisconnectedException(
                broken == null
                        ? "QEMU has closed the session with " + address + words
                        : "the session with %s broke off (%s)%s".formatted(address, broken.getMessage(), words),
                false,
                broken);
    }

    // ---- on any thread ----

    /** Executes a command for the session's own use: its result is worked on although all threads for callbacks wait. */
    <R> CompletableFuture<R> ask(QmpCommand<R> command) {
        return commands.execute(
                command, false, CommandTimeouts.of(command.name(), options), DaemonThreads.work(), null);
    }

    /** Checks every command from now on. */
    void check(QmpSchema against) {
        checks = against;
    }

    /** @param callbacks where what hangs on the result runs */
    <R> CompletableFuture<R> execute(QmpCommand<R> command, Duration timeout, Executor callbacks) {
        return checked(command, () -> commands.execute(command, false, timeout, callbacks, null));
    }

    /** Sends it unless it is known to be wrong. */
    private <R> CompletableFuture<R> checked(QmpCommand<R> command, Supplier<CompletableFuture<R>> send) {
        QmpSchema known = checks;
        List<String> problems = known == null ? List.of() : known.problems(command);
        return problems.isEmpty()
                ? send.get()
                : CompletableFuture.failedFuture(CommandFlow.notSent(command, String.join("; ", problems)));
    }

    <R> CompletableFuture<R> execute(QmpCommand<R> command, QmpDescriptor descriptor, Executor callbacks) {
        OwnedDescriptor owned = descriptor.take();
        try {
            String obstacle = wire.descriptorObstacle();
            if (obstacle != null) {
                owned.close();
                return CompletableFuture.failedFuture(CommandFlow.notSent(command, obstacle));
            }
            Duration timeout = CommandTimeouts.of(command.name(), options);
            return commands.execute(command, false, timeout, callbacks, owned).copyAfter(owned::close);
        } catch (RuntimeException | Error e) {
            owned.close();
            throw e;
        }
    }

    <R> CompletableFuture<R> executeOob(QmpCommand<R> command, Executor callbacks) {
        return commands.execute(command, true, CommandTimeouts.of(command.name(), options), callbacks, null);
    }

    EventSubscription subscribe(EventFilter filter, Consumer<? super QmpEvent> listener, Executor callbacks) {
        return events.subscribe(filter, listener, callbacks);
    }

    /** For all who ask; none of them may complete it. */
    CompletableFuture<QmpSchema> schema() {
        CompletableFuture<QmpSchema> known = schema.get();
        if (known == null || known.isCompletedExceptionally()) {
            CompletableFuture<QmpSchema> asked = SchemaCache.SHARED.of(this);
            known = schema.compareAndSet(known, asked) ? asked : Objects.requireNonNull(schema.get());
        }
        return known;
    }

    QmpAddress address() {
        return address;
    }

    QmpGreeting greeting() {
        return greeting;
    }

    QmpOptions options() {
        return options;
    }

    ConnectionState state() {
        return end == null && !ending ? ConnectionState.RUNNING : ConnectionState.CLOSED;
    }

    long strayReplies() {
        return commands.strays();
    }

    CompletableFuture<QmpHealth> health(Duration budget, Executor callbacks) {
        return health.check(budget, callbacks);
    }

    @Override
    public String toString() {
        return "QmpClient[%s, %s]".formatted(address, state());
    }

    /** Why the session is over; to be asked only when it is. */
    QmpException cause() {
        return Objects.requireNonNull(end, "the session is not over");
    }

    /** Completes on the event loop; for all who ask, and none of them may complete it. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    /** Ends the session, and waits for nothing. */
    void closeSoon() {
        wire.execute(() -> {
            closedByUs |= end == null && !ending;
            wire.closeSoon();
        });
    }

    void close() {
        if (end != null) {
            return;
        }
        closeSoon();
        if (wire.isOnLoop()) {
            return; // the end cannot come while this waits for it
        }
        try {
            closed.handle((done, failure) -> null).get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the session with {} did not end within {}", address, CLOSE_LIMIT, e);
        }
    }
}
