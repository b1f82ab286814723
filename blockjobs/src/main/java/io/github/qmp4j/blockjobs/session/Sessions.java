package io.github.qmp4j.blockjobs.session;

import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.blockjobs.QemuInstance;
import io.github.qmp4j.blockjobs.async.Alarm;
import io.github.qmp4j.blockjobs.async.Mailbox;
import io.github.qmp4j.client.MonitorState;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.threads.DaemonThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that a supervisor has one after another: which is the present one, who waits for the next, and whether that is
 * with the same run of QEMU. Safe for use by any thread.
 */
public final class Sessions implements AutoCloseable {
    private final QmpSupervisor supervisor;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    /** Takes what the supervisor tells, and what a new session answers, one after another. */
    private final Mailbox mailbox = new Mailbox(DaemonThreads.work());

    private final List<LastingSubscription> subscriptions = new ArrayList<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** All guarded by the lock, as the subscriptions are. */
    private @Nullable QmpClient offered;

    private @Nullable QmpClient present;
    private @Nullable QmpClient last;
    private @Nullable QemuInstance run;
    private CompletableFuture<QmpClient> next = new CompletableFuture<>();

    private boolean over;

    /** How many times a session was lost, so that a window knows whether it is the last one. */
    private int losses;

    /** Rings when the time for the next session is over. */
    private Alarm window;

    private Runnable stopListening = () -> {};
    private Consumer<String> onEnd = why -> {};

    /** @param patience how long a call waits for the next session */
    public Sessions(QmpSupervisor supervisor, Duration patience) {
        this.supervisor = supervisor;
        this.patience = patience;
        this.window = Alarm.none();
    }

    /**
     * Begins to take the sessions of the supervisor.
     *
     * @param whenOver called when the present run of QEMU is over for this side: since another run has taken its place, or the
     *     window has passed
     */
    public void start(Consumer<String> whenOver) {
        locked(() -> onEnd = whenOver);
        expireLater(0);
        Runnable stop = supervisor.onState(this::became, mailbox);
        locked(() -> stopListening = stop);
    }

    private void became(MonitorState state) {
        if (state instanceof MonitorState.Connected connected) {
            QmpClient client = connected.client().withCallbacks(DaemonThreads.work());
            offered(client);
            QemuInstance.of(client)
                    .thenAcceptAsync(now -> arrived(client, now), mailbox)
                    .exceptionally(failure -> {
                        // What does not say which QEMU it is cannot be used; the next one may.
                        client.close();
                        return null;
                    });
        } else if (state instanceof MonitorState.Lost) {
            locked(() -> offered = null);
            present().ifPresent(this::gone);
        } else if (state instanceof MonitorState.Failed failed) {
            end(String.valueOf(failed.cause().getMessage()), failed.cause());
        } else {
            end("the supervisor of %s is closed".formatted(supervisor.address()), null);
        }
    }

    private void offered(QmpClient client) {
        locked(() -> {
            offered = client;
            if (next.isCompletedExceptionally() && !over) {
                next = new CompletableFuture<>();
                expireLater(losses);
            }
            return null;
        });
    }

    private void arrived(QmpClient client, QemuInstance now) {
        if (locked(() -> over || !client.equals(offered))) {
            // The late answer of a session that is lost says nothing of the present one.
            return;
        }
        present().filter(other -> !other.equals(client)).ifPresent(this::gone);
        boolean isOther = locked(() -> {
            boolean other = run != null && !now.isCertainly(run);
            run = now;
            last = client;
            return other;
        });
        if (isOther) {
            String why = "there may be another QEMU behind %s now than the one that had the job"
                    .formatted(supervisor.address());
            renew().completeExceptionally(new QmpDisconnectedException(why, false, null));
            locked(() -> onEnd).accept(why);
        }
        CompletableFuture<QmpClient> calls = locked(() -> {
            if (over) {
                return next;
            }
            // One that comes beside this finds the session, or is among these.
            subscriptions.forEach(one -> one.begin(client));
            present = client;
            losses++;
            window.off();
            // After the window those who waited have been told so.
            next = next.isDone() ? new CompletableFuture<>() : next;
            return next;
        });
        // A listener of the gap asks how things stand now, and waits for the session to be there.
        locked(() -> List.copyOf(subscriptions)).forEach(LastingSubscription::missed);
        calls.complete(client);
    }

    /** Returns the future that present callers wait for, to be completed, and installs a new one for later callers. */
    private CompletableFuture<QmpClient> renew() {
        return locked(() -> {
            CompletableFuture<QmpClient> old = next;
            next = over ? old : new CompletableFuture<>();
            return old;
        });
    }

    /** A session is found to be lost. */
    void gone(QmpClient session) {
        int loss = locked(() -> {
            if (!session.equals(present)) {
                return 0;
            }
            present = null;
            next = new CompletableFuture<>();
            return ++losses;
        });
        if (loss > 0) {
            expireLater(loss);
        }
    }

    private void expireLater(int loss) {
        locked(() -> {
            window.off();
            window = Alarm.after(patience, DaemonThreads.work(), () -> expire(loss));
            return null;
        });
    }

    private void expire(int loss) {
        if (locked(() -> losses == loss && offered != null)) {
            // There is a session, which has only not said yet which run of QEMU it is with.
            expireLater(loss);
        } else if (locked(() -> losses == loss && !ended.isDone())) {
            QmpDisconnectedException why = noSession();
            locked(() -> onEnd).accept(why.getMessage());
            locked(() -> next).completeExceptionally(why);
        }
    }

    /** Why no session came in time; so nothing was sent. */
    private QmpDisconnectedException noSession() {
        MonitorState state = supervisor.state();
        QmpException cause = state instanceof MonitorState.Lost lost ? lost.cause() : null;
        String what = locked(() -> last) == null
                ? "the monitor %s has not been connected to yet, in %s"
                : "the monitor %s was lost, and did not come back in %s";
        String why = cause == null ? "" : ": " + cause.getMessage();
        return new QmpDisconnectedException(what.formatted(supervisor.address(), patience) + why, false, cause);
    }

    Optional<QmpClient> present() {
        return locked(() -> Optional.ofNullable(present));
    }

    /** The present session or the next one; fails when that does not come in time. */
    CompletableFuture<QmpClient> next() {
        // The cause may be another one by now.
        return locked(
                () -> next.isCompletedExceptionally() && !over ? CompletableFuture.failedFuture(noSession()) : next);
    }

    /** The present session, or the one before. */
    QmpClient last() {
        return locked(() -> Optional.ofNullable(last))
                .orElseThrow(() -> new IllegalStateException(
                        "there has been no session with %s yet".formatted(supervisor.address())));
    }

    EventSubscription subscribe(EventFilter filter, Consumer<? super QmpEvent> listener) {
        LastingSubscription subscription = new LastingSubscription(filter, listener, ended);
        locked(() -> {
            subscriptions.add(subscription);
            Optional.ofNullable(present).ifPresent(subscription::begin);
            return null;
        });
        return subscription;
    }

    CompletableFuture<Void> ended() {
        return ended.copy();
    }

    private void end(String why, @Nullable QmpException reason) {
        QmpDisconnectedException cause = new QmpDisconnectedException(why, false, reason);
        CompletableFuture<QmpClient> waiting = locked(() -> {
            stopListening.run();
            window.off();
            present = null;
            over = true;
            CompletableFuture<QmpClient> old = next;
            // The old one may have a session, and a call that tries again with that would do so for ever.
            next = CompletableFuture.failedFuture(cause);
            return old;
        });
        waiting.completeExceptionally(cause);
        ended.completeExceptionally(cause);
    }

    @Override
    public void close() {
        end("this side has closed it", null);
        locked(() -> List.copyOf(subscriptions)).forEach(LastingSubscription::close);
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
