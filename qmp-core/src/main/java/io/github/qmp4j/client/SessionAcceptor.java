package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Phase;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.transport.NettyParts;
import io.github.qmp4j.transport.ServerAcceptor;
import io.github.qmp4j.transport.WireListener;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Matches incoming connections with callers of {@code accept()}. */
final class SessionAcceptor implements QmpListener {
    private static final Logger LOG = LoggerFactory.getLogger(SessionAcceptor.class);
    private static final int MOST_GUESTS = 16;

    private final QmpAddress address;
    private final QmpOptions options;
    private final ServerAcceptor doorway;
    private final Object lock = new Object();

    /** Guarded by the lock, like all below; never do callers and connections wait at the same time. */
    private final Queue<CallFuture<QmpClient>> waiting = new ArrayDeque<>();

    private final Queue<QmpSession> ready = new ArrayDeque<>();
    private int negotiating;
    private boolean closed;

    private SessionAcceptor(QmpAddress address, QmpOptions options) throws IOException {
        this.address = address;
        this.options = options;
        this.doorway = ServerAcceptor.open(address, options, this::newcomer);
        doorway.letIn(true);
    }

    static QmpListener open(QmpAddress address, QmpOptions options) {
        try {
            return new SessionAcceptor(address, options);
        } catch (LinkageError e) {
            throw NettyParts.unusable(e);
        } catch (IOException e) {
            boolean taken = address instanceof QmpAddress.Unix unix && Files.exists(unix.path());
            throw new QmpConnectException(
                    Phase.CONNECT,
                    taken ? Reason.ADDRESS_IN_USE : Reason.OTHER,
                    "cannot listen at %s: %s"
                            .formatted(
                                    address,
                                    taken
                                            ? "there is a file already; if no process listens on it any more, remove it"
                                            : e.getMessage()),
                    e);
        }
    }

    /** Null turns the peer away. */
    private @Nullable WireListener newcomer() {
        synchronized (lock) {
            if (closed) {
                return null;
            }
            negotiating++;
            lookForRoom();
        }
        Handshake handshake = new Handshake(address, options, ConnectFailures.ofPeersAt(address));
        handshake.session().whenComplete(this::negotiated);
        return handshake;
    }

    /** Called with the lock held. A QEMU that is starting can die of a connection that is taken and closed at once. */
    private void lookForRoom() {
        doorway.letIn(!closed && negotiating + ready.size() < MOST_GUESTS);
    }

    private void negotiated(@Nullable QmpSession session, @Nullable Throwable failure) {
        boolean late;
        synchronized (lock) {
            negotiating--;
            late = closed;
            if (session != null && !late && !giveAway(session)) {
                ready.add(session);
            }
            lookForRoom();
        }
        if (session == null) {
            LOG.warn("{}", failure == null ? "" : failure.getMessage());
        } else if (late) {
            session.closeSoon();
        } else {
            session.closed().whenComplete((done, end) -> forget(session));
        }
    }

    /** Called with the lock held. A caller that has given up gets nothing. */
    private boolean giveAway(QmpSession session) {
        for (CallFuture<QmpClient> next = waiting.poll(); next != null; next = waiting.poll()) {
            if (next.arrive(() -> SessionClient.of(session))) {
                return true;
            }
        }
        return false;
    }

    private void forget(QmpSession session) {
        synchronized (lock) {
            ready.remove(session);
            lookForRoom();
        }
    }

    @Override
    public QmpAddress address() {
        return address;
    }

    @Override
    public CompletableFuture<QmpClient> accept() {
        CallFuture<QmpClient> result = new CallFuture<>(options.callbacks());
        synchronized (lock) {
            if (closed) {
                result.fail(over());
                return result;
            }
            ready.removeIf(session -> session.state() == ConnectionState.CLOSED);
            QmpSession session = ready.poll();
            if (session == null) {
                waiting.removeIf(CompletableFuture::isDone);
                waiting.add(result);
            } else {
                result.arrive(() -> SessionClient.of(session));
            }
            lookForRoom();
        }
        return result;
    }

    @Override
    public void close() {
        List<CallFuture<QmpClient>> unserved;
        List<QmpSession> unclaimed;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            unserved = new ArrayList<>(waiting);
            unclaimed = new ArrayList<>(ready);
            waiting.clear();
            ready.clear();
        }
        doorway.close();
        unserved.forEach(caller -> caller.fail(over()));
        unclaimed.forEach(QmpSession::close);
    }

    private QmpException over() {
        return new QmpException("no session was accepted: listening at %s is over".formatted(address));
    }
}
