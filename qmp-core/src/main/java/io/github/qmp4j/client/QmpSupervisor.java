package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.Futures;
import io.github.qmp4j.threads.LosslessExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One monitor that is connected to again whenever its session ends, or could not be had. Safe for use by any thread.
 *
 * <p>It is no client: each connect is a new {@link QmpClient}, the subscriptions of the old one end with it, and nothing
 * is ever sent again on its own. The clients belong to the supervisor; closing one makes it connect again.
 *
 * <pre>{@code
 *            session is there
 *   Lost ───────────────────────▶ Connected
 *    │ ▲ ◀─────────────────────────  │
 *    │ └┐ attempt failed             │ session ended
 *    ▼  ┘                            ▼
 *  Closed ◀──────────────────────────┘  close()
 * }</pre>
 *
 * <p>An {@code Error} such as a missing class ends the tries with {@link MonitorState.Failed}. Where only the JVM lacks
 * memory or threads, they go on.
 */
public final class QmpSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QmpSupervisor.class);

    private final QmpAddress address;
    private final QmpOptions options;
    private final Backoff backoff;
    private final Supplier<CompletableFuture<QmpClient>> connector;
    private final StateListeners listeners;
    private final Object lock = new Object();

    /** All of these are guarded by the lock. */
    private MonitorState state;

    private CompletableFuture<QmpClient> next = new CompletableFuture<>();
    private @Nullable CompletableFuture<QmpClient> attempt;
    private int failedInARow;

    /** When the present session was there, by {@link System#nanoTime()}, and what was waited before it. */
    private long connectedAt;

    private Duration lastWait = Duration.ZERO;

    /** @param connector makes one try; the client that it gives is this supervisor's to close */
    QmpSupervisor(
            QmpAddress address, QmpOptions options, Backoff backoff, Supplier<CompletableFuture<QmpClient>> connector) {
        this.address = address;
        this.options = options;
        this.backoff = backoff;
        this.connector = connector;
        this.listeners = new StateListeners();
        this.state = new MonitorState.Lost(
                new QmpException("the first connect to %s is under way".formatted(address)), Instant.now());
    }

    /**
     * Starts to connect. Never blocks.
     *
     * @param options for each connect, {@link QmpOptions#waitFor()} included
     */
    public static QmpSupervisor start(QmpAddress address, QmpOptions options, Backoff backoff) {
        // All of the user's threads may wait for just this.
        QmpOptions own = options.withCallbacks(DaemonThreads.work());
        QmpSupervisor supervisor = new QmpSupervisor(address, options, backoff, () -> QmpClient.connect(address, own));
        supervisor.connect();
        return supervisor;
    }

    public QmpAddress address() {
        return address;
    }

    /** The options that each session is opened with. */
    public QmpOptions options() {
        return options;
    }

    public MonitorState state() {
        synchronized (lock) {
            return state;
        }
    }

    /**
     * The present client, or the next one.
     *
     * @return the caller's own copy; fails with {@link QmpException} when this is closed first, or cannot connect at all
     */
    public CompletableFuture<QmpClient> client() {
        synchronized (lock) {
            return CallFuture.copyOf(next, options.callbacks());
        }
    }

    /**
     * Hears the present state and each one from now on: one at a time, in order, on {@link QmpOptions#callbacks()}. A
     * listener that throws is logged and stays. One that is slow misses old states, but never the last.
     *
     * @return run it to hear no more
     */
    public Runnable onState(Consumer<? super MonitorState> listener) {
        return onState(listener, options.callbacks());
    }

    /** The same, on an executor of the listener's own. */
    public Runnable onState(Consumer<? super MonitorState> listener, Executor executor) {
        synchronized (lock) {
            return listeners.add(listener, LosslessExecutor.of(executor), state);
        }
    }

    void connect() {
        CompletableFuture<QmpClient> connecting;
        synchronized (lock) {
            if (isClosed()) {
                return;
            }
            connecting = connector.get();
            attempt = connecting;
        }
        connecting.whenComplete((client, failure) -> {
            if (failure instanceof Error error && !(error instanceof VirtualMachineError)) {
                failed(error);
            } else if (failure != null) {
                lost(failure, false);
            } else {
                connected(client);
            }
        });
    }

    private void connected(QmpClient client) {
        synchronized (lock) {
            if (!isClosed()) {
                connectedAt = System.nanoTime();
                QmpClient given = client.withCallbacks(options.callbacks());
                become(new MonitorState.Connected(given));
                next.complete(given);
                client.closed().whenComplete((done, failure) -> lost(failure, true));
                return;
            }
        }
        client.close();
    }

    /** What is missing in this program will be missing the next time too; only what the JVM lacks may come back. */
    private void failed(Error error) {
        LOG.error("{} cannot be connected to, and no other try will be made", address, error);
        synchronized (lock) {
            if (!isClosed()) {
                QmpException cause =
                        new QmpException("cannot connect to %s: %s".formatted(address, error.getMessage()), error);
                become(new MonitorState.Failed(cause));
                next.completeExceptionally(cause);
            }
        }
    }

    private void lost(@Nullable Throwable failure, boolean hadSession) {
        synchronized (lock) {
            if (isClosed()) {
                return;
            }
            if (hadSession) {
                next = new CompletableFuture<>();
                // A monitor that takes a session and drops it at once must not be asked again without end.
                boolean lasted = System.nanoTime() - connectedAt >= lastWait.toNanos();
                failedInARow = lasted ? 0 : failedInARow;
            }
            if (failedInARow == 0 && !hadSession) {
                SessionLog.notConnected(address, cause(failure));
            }
            lastWait = backoff.before(failedInARow, ThreadLocalRandom.current().nextDouble());
            failedInARow++;
            become(new MonitorState.Lost(cause(failure), Instant.now().plus(lastWait)));
            CompletableFuture.delayedExecutor(lastWait.toNanos(), TimeUnit.NANOSECONDS, DaemonThreads.work())
                    .execute(this::connect);
        }
    }

    private QmpException cause(@Nullable Throwable failure) {
        Throwable cause = failure == null ? null : Futures.cause(failure);
        if (cause instanceof QmpException known) {
            return known;
        }
        return cause == null
                ? new QmpDisconnectedException("this side has closed the session with " + address, false, null)
                : new QmpException("cannot connect to %s: %s".formatted(address, cause), cause);
    }

    /** Called with the lock held. */
    private boolean isClosed() {
        return state instanceof MonitorState.Closed;
    }

    /** Called with the lock held, so that all listeners hear the states in the same order. */
    private void become(MonitorState newState) {
        state = newState;
        listeners.tell(newState);
    }

    /** Ends the session, if there is one, and connects no more. Waits as {@link QmpClient#close()} does. */
    @Override
    public void close() {
        MonitorState last;
        CompletableFuture<QmpClient> under;
        synchronized (lock) {
            if (isClosed()) {
                return;
            }
            last = state;
            under = attempt;
            become(new MonitorState.Closed());
            // Callers from now on, and those that wait for a client, get the reason.
            if (next.isDone()) {
                next = new CompletableFuture<>();
            }
            next.completeExceptionally(
                    new QmpException("there is no client: the supervisor of %s is closed".formatted(address)));
        }
        if (last instanceof MonitorState.Connected connected) {
            connected.client().close();
        } else if (under != null) {
            under.cancel(false);
        }
    }
}
