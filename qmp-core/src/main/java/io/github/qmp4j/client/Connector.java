package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.Futures;
import io.github.qmp4j.transport.Dialer;
import io.github.qmp4j.transport.NettyParts;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens a session: connects, repeatedly if it has to wait for a QEMU that is starting. */
final class Connector {
    private static final long RETRY_MILLIS = 20;

    private final QmpAddress address;
    private final QmpOptions options;
    private final ConnectFailures failures;
    private final @Nullable ExitDetails lastWords;
    private final long started;
    private final CallFuture<QmpClient> result;

    Connector(QmpAddress address, QmpOptions options, @Nullable ExitDetails lastWords) {
        this.address = address;
        this.lastWords = lastWords;
        this.options = options;
        this.failures = new ConnectFailures(address);
        this.started = System.nanoTime();
        this.result = new CallFuture<>(options.callbacks());
    }

    CompletableFuture<QmpClient> connect() {
        // Looking up a host or a file may block, so it is not done on the caller's thread either.
        DaemonThreads.work().execute(this::dial);
        return result;
    }

    private void dial() {
        try {
            Handshake handshake = new Handshake(address, options, failures);
            handshake.session().thenCompose(this::checked).whenComplete((session, failure) -> {
                if (failure != null) {
                    result.fail(Futures.cause(failure));
                } else if (!result.arrive(() -> SessionClient.of(session))) {
                    // No call waits any more, so none would ever close it.
                    session.closeSoon();
                }
            });
            new Dialer(options).dial(address, handshake).whenComplete((done, failure) -> {
                if (failure != null) {
                    DaemonThreads.work().execute(() -> notConnected(failure));
                }
            });
        } catch (LinkageError e) {
            result.fail(NettyParts.unusable(e));
        } catch (RuntimeException | Error e) {
            result.fail(e);
        }
    }

    /** Called on the event loop. A session that checks its commands is not given out before it can. */
    private CompletableFuture<QmpSession> checked(QmpSession session) {
        if (lastWords != null) {
            session.askAtEnd(lastWords);
        }
        if (!options.checkCommands()) {
            return CompletableFuture.completedFuture(session);
        }
        return session.schema()
                .handleAsync(
                        (schema, failure) -> {
                            if (failure != null) {
                                session.close();
                                throw new CompletionException(Futures.cause(failure));
                            }
                            session.check(schema);
                            return session;
                        },
                        DaemonThreads.work());
    }

    private void notConnected(Throwable failure) {
        QmpConnectException refusal = failures.notConnected(Futures.cause(failure), options.connectTimeout());
        if (isPatientWith(refusal) && !result.isDone()) {
            CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS, DaemonThreads.work())
                    .execute(this::dial);
        } else {
            result.fail(refusal);
        }
    }

    private boolean isPatientWith(QmpConnectException refusal) {
        Duration waited = Duration.ofNanos(System.nanoTime() - started);
        return (mayCome(refusal.reason()) && waited.compareTo(options.waitFor()) < 0)
                || (isQueueFull(refusal) && waited.compareTo(options.connectTimeout()) < 0);
    }

    /** The kernel refuses at once where a connect over TCP would wait for its turn. */
    private boolean isQueueFull(QmpConnectException refusal) {
        return address instanceof QmpAddress.Unix
                && switch (refusal.reason()) {
                    case BUSY, FROZEN, SILENT -> true;
                    default -> false;
                };
    }

    /**
     * What waiting for a starting QEMU can mend. NIO tells a file that was not there yet and a full backlog alike: when the
     * file has come in between, and no holder of it is seen, the next connect finds out which one it was.
     */
    private boolean mayCome(Reason reason) {
        return switch (reason) {
            case NO_SUCH_SOCKET, REFUSED -> true;
            case SILENT -> address instanceof QmpAddress.Unix;
            default -> false;
        };
    }
}
