package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpProtocolException;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.codec.QmpEncoder;
import io.github.qmp4j.codec.QmpMessage;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.transport.Wire;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A negotiated session. The event loop owns its state; what other threads read of it is volatile. */
final class QmpSession implements QmpClient {
    private static final Logger LOG = LoggerFactory.getLogger(QmpSession.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final QmpAddress address;
    private final QmpOptions options;
    private final QmpGreeting greeting;
    private final Wire wire;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicReference<@Nullable CompletableFuture<QmpSchema>> schema = new AtomicReference<>();
    private final AtomicLong lastId = new AtomicLong();
    private final PendingCalls pending;
    private final EventHub events;

    /** Why the session is over; null while it runs. Written by the event loop. */
    private volatile @Nullable QmpException end;

    /** Written by the event loop, and not after {@link #end}; others read it after that. */
    private boolean closedByUs;

    QmpSession(QmpAddress address, QmpOptions options, QmpGreeting greeting, Wire wire) {
        this.address = address;
        this.options = options;
        this.greeting = greeting;
        this.wire = wire;
        this.pending = new PendingCalls(options.maxInFlight());
        this.events = new EventHub(options);
    }

    // ---- on the event loop ----

    void received(QmpMessage message) {
        if (message instanceof QmpMessage.Event event) {
            events.publish(event.event());
        } else if (message instanceof QmpMessage.Reply reply) {
            Call<?> call = pending.take(reply.id());
            if (call != null) {
                call.reply(reply.value());
            }
        } else if (message instanceof QmpMessage.ErrorReply error) {
            Call<?> call = error.id().isPresent() ? pending.take(error.id()) : pending.takeOnly();
            if (call != null) {
                call.result().fail(new QmpCommandException(call.command().name(), error.errorClass(), error.desc()));
            } else {
                LOG.warn("{} sent an error that belongs to no command: {}", address, error.desc());
            }
        } else {
            LOG.warn("{} sent a message that is neither reply nor event; it is passed over", address);
        }
    }

    void ended(@Nullable Throwable broken) {
        QmpException why = why(broken);
        end = why;
        pending.failAll(call -> new QmpDisconnectedException(
                "%s got no reply: %s; QEMU may have executed it or not"
                        .formatted(call.command().name(), why.getMessage()),
                true,
                why));
        events.end(closedByUs ? null : why);
        if (closedByUs) {
            closed.complete(null);
        } else {
            closed.completeExceptionally(why);
        }
    }

    private QmpException why(@Nullable Throwable broken) {
        if (closedByUs) {
            return new QmpDisconnectedException("this side has closed the session with " + address, false, null);
        }
        if (broken instanceof QmpProtocolException protocol) {
            return protocol;
        }
        return new QmpDisconnectedException(
                broken == null
                        ? "QEMU has closed the session with " + address
                        : "the session with %s broke off (%s)".formatted(address, broken.getMessage()),
                false,
                broken);
    }

    private void start(Call<?> call, byte[] line) {
        if (end != null) {
            pending.giveBack();
            call.result().fail(notSent(call.command()));
            return;
        }
        if (wire.isClogged()) {
            pending.giveBack();
            call.result()
                    .fail(new QmpException("%s was not sent: QEMU does not read what %s was sent before"
                            .formatted(call.command().name(), address)));
            return;
        }
        pending.add(call, wire.schedule(() -> timeOut(call), call.timeout()));
        wire.send(line);
    }

    private void timeOut(Call<?> call) {
        if (pending.remove(call.id()) != null) {
            String name = call.command().name();
            call.result()
                    .fail(new QmpTimeoutException(
                            name,
                            "%s got no reply from %s within %s; %d other commands wait; QEMU may still execute it"
                                    .formatted(
                                            name, address, ConnectFailures.seconds(call.timeout()), pending.size())));
        }
    }

    // ---- on any thread ----

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command) {
        return execute(command, CommandTimeouts.of(command.name(), options));
    }

    @Override
    public <R> CompletableFuture<R> execute(QmpCommand<R> command, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the time-out of a command (%s) must be positive".formatted(timeout));
        }
        CallFuture<R> result = new CallFuture<>(options.callbacks());
        Call<R> call = new Call<>(lastId.incrementAndGet(), command, result, timeout);
        byte[] line = QmpEncoder.execute(command, call.id());
        String danger = DeadlyCommands.danger(command);
        if (danger != null) {
            result.fail(new QmpException(
                    "%s was not sent: it would kill QEMU, because %s".formatted(command.name(), danger)));
        } else if (!pending.reserve()) {
            result.fail(new QmpException("%s was not sent: %d commands already wait for their replies from %s"
                    .formatted(command.name(), options.maxInFlight(), address)));
        } else if (!wire.execute(() -> start(call, line))) {
            pending.giveBack();
            result.fail(notSent(command));
        }
        return result;
    }

    private QmpException notSent(QmpCommand<?> command) {
        QmpException why = end;
        String reason = why == null ? "the session is over" : String.valueOf(why.getMessage());
        return new QmpDisconnectedException("%s was not sent: %s".formatted(command.name(), reason), false, why);
    }

    @Override
    public EventSubscription subscribe(EventFilter filter, Consumer<? super QmpEvent> listener) {
        Subscription subscription = events.subscribe(filter, listener);
        // One that comes while the session ends, or after it, must still hear of the end.
        QmpException why = end;
        if (why != null) {
            subscription.end(closedByUs ? null : why);
            events.forget(subscription);
        }
        return subscription;
    }

    @Override
    public CompletableFuture<QmpSchema> schema() {
        CompletableFuture<QmpSchema> known = schema.get();
        if (known == null || known.isCompletedExceptionally()) {
            CompletableFuture<QmpSchema> asked =
                    execute(QmpCommand.of("query-qmp-schema").returning(QmpSchema::of));
            known = schema.compareAndSet(known, asked) ? asked : Objects.requireNonNull(schema.get());
        }
        return CallFuture.copyOf(known, options.callbacks());
    }

    @Override
    public QmpAddress address() {
        return address;
    }

    @Override
    public QmpGreeting greeting() {
        return greeting;
    }

    @Override
    public QmpOptions options() {
        return options;
    }

    @Override
    public ConnectionState state() {
        return end == null ? ConnectionState.RUNNING : ConnectionState.CLOSED;
    }

    @Override
    public long strayReplies() {
        return pending.strays();
    }

    @Override
    public CompletableFuture<Void> closed() {
        return CallFuture.copyOf(closed, options.callbacks());
    }

    @Override
    public void close() {
        if (end != null) {
            return;
        }
        wire.execute(() -> {
            closedByUs |= end == null;
            wire.closeSoon();
        });
        try {
            closed.handle((done, failure) -> null).get(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the session with {} did not end within {}", address, CLOSE_LIMIT, e);
        }
    }
}
