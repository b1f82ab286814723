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
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * One session with one QEMU monitor. Safe for use by any thread.
 *
 * <p>Every future that is given out is its caller's own copy: cancelling it, completing it, or setting a time-out on it
 * ends that caller's waiting and nothing else; the command goes on. Functions that hang on it run on
 * {@link QmpOptions#callbacks()}.
 *
 * <p>Nothing is ever sent twice, and nothing is sent after the session has ended.
 */
public interface QmpClient extends AutoCloseable {

    /**
     * The same as {@link #connect(QmpAddress, QmpOptions)} with {@link QmpOptions#defaults()}.
     *
     * @param address as {@link QmpAddress#parse} takes it, for example {@code unix:/run/vm.qmp}
     * @throws IllegalArgumentException if the text is no address
     */
    static CompletableFuture<QmpClient> connect(String address) {
        return connect(QmpAddress.parse(address), QmpOptions.defaults());
    }

    /**
     * Connects, and negotiates the session. Never blocks.
     *
     * @return fails with {@link io.github.qmp4j.QmpConnectException}, within {@link QmpOptions#waitFor()} plus
     *     {@link QmpOptions#connectTimeout()} plus twice {@link QmpOptions#greetingTimeout()}
     */
    static CompletableFuture<QmpClient> connect(QmpAddress address, QmpOptions options) {
        return new Connector(address, options, null).connect();
    }

    /**
     * The same, for a QEMU whose process this side knows: when the session breaks off, what {@code lastWords} tells of it
     * goes into the message of each failure. The failures wait for that, at most 0.7 s.
     */
    static CompletableFuture<QmpClient> connect(QmpAddress address, QmpOptions options, ExitDetails lastWords) {
        return new Connector(address, options, lastWords).connect();
    }

    /**
     * Listens for QEMUs that connect to us. A UNIX socket gets mode 0600 and is removed at the end; its folder must
     * exist, and nothing at its path. Blocks until the socket exists. With TLS every peer must have a certificate.
     *
     * @throws io.github.qmp4j.QmpConnectException if it cannot listen there
     */
    static QmpListener listen(QmpAddress address, QmpOptions options) {
        return SessionAcceptor.open(address, options);
    }

    /** The address that this session was connected to, or that its QEMU connected to. */
    QmpAddress address();

    QmpGreeting greeting();

    /** The options that this session was opened with. */
    QmpOptions options();

    ConnectionState state();

    /**
     * The same session, for a user with another executor for callbacks. What was given out before stays as it is; closing one
     * closes both.
     */
    QmpClient withCallbacks(Executor callbacks);

    /**
     * Sends a command, beside those that are under way.
     *
     * @return completes with what the command's reader makes of QEMU's reply; fails with
     *     {@link io.github.qmp4j.QmpCommandException} when QEMU refuses, with
     *     {@link io.github.qmp4j.QmpTimeoutException} when no reply comes within
     *     {@link QmpOptions#blockCommandTimeout()} for commands on block nodes and jobs and
     *     {@link QmpOptions#commandTimeout()} for all others, with {@link io.github.qmp4j.QmpDisconnectedException} when
     *     the session ends first, with {@link io.github.qmp4j.QmpException} when it was not sent, because too many commands
     *     are in flight, or QEMU leaves too much unread, or it is known to kill QEMU; and with the reader's own exception
     * @throws IllegalArgumentException if an argument is no Unicode text
     */
    <R> CompletableFuture<R> execute(QmpCommand<R> command);

    /** Sends a command, with a time-out of its own. */
    <R> CompletableFuture<R> execute(QmpCommand<R> command, Duration timeout);

    /**
     * Sends a command that takes a file descriptor, {@code getfd} or {@code add-fd}, and the descriptor with its first
     * byte. The descriptor is owned by this call from now on, also when it fails or throws: this process's copy is closed
     * before the future completes. Needs Linux, a UNIX socket, JNA and Netty's native epoll.
     *
     * <p>Any other command leaves the descriptor with QEMU, until the next descriptor comes.
     *
     * <p>With {@link QmpOptions#outOfBand()} QEMU reads ahead, and takes for a command the descriptor that came last: of 200
     * sent at once to 7.2, 38 were refused and 8 got another's file. Such a session therefore sends the command when every
     * in-band one before it is answered, and the next in-band one when this one is, be it too late; out-of-band commands go
     * on beside it. So each of 500 got its own file on 5.2, 7.2, 10.0 and 11.1.
     *
     * @return as {@link #execute(QmpCommand)} does; fails with {@link io.github.qmp4j.QmpException} also where no
     *     descriptor can be passed, and says what is missing
     * @throws IllegalStateException if {@code descriptor} has been sent or closed before
     */
    <R> CompletableFuture<R> execute(QmpCommand<R> command, QmpDescriptor descriptor);

    /**
     * Sends a command out of band: QEMU executes it at once, before those that it has not come to yet. Only for sessions
     * with {@link QmpOptions#outOfBand()}, and only for the few commands that QEMU allows it for.
     */
    <R> CompletableFuture<R> executeOob(QmpCommand<R> command);

    /**
     * Sends a command, and waits for the first event that {@code event} accepts from then on, whichever of reply and event
     * comes first. For the event there is no time-out but the caller's own.
     *
     * @return completes with the event once the command has succeeded too; fails as {@link #execute} does
     */
    <R> CompletableFuture<QmpEvent> executeAndAwait(QmpCommand<R> command, EventFilter event);

    /**
     * The events that {@code filter} accepts, for subscribers of {@link Flow}. Each has a queue of its own, which begins
     * with its subscription; one that asks for events so slowly that some are lost ends with an error.
     */
    Flow.Publisher<QmpEvent> events(EventFilter filter);

    /**
     * Hears the events that {@code filter} accepts, from now on: one at a time, in order, never on the event loop. A
     * listener that throws is logged and stays subscribed. At most {@link QmpOptions#eventQueue()} wait for a slow
     * listener; what comes beyond is dropped and counted.
     *
     * <p>Subscribe first and act then: QEMU may send an event before the reply of the command that causes it.
     */
    EventSubscription subscribe(EventFilter filter, Consumer<? super QmpEvent> listener);

    /**
     * What this QEMU knows: read with {@code query-qmp-schema} once for all sessions with QEMUs of the same version, package
     * and commands. Fails as {@link #execute} does.
     */
    CompletableFuture<QmpSchema> schema();

    /**
     * How many replies and errors belonged to no command that waited: late ones, ones with an id that is none of ours, and
     * errors without an id, unless a single command was in flight, and none before it had timed out unanswered.
     */
    long strayReplies();

    /** As {@link #health(Duration)}, with a budget of 2 s. */
    default CompletableFuture<QmpHealth> health() {
        return health(Duration.ofSeconds(2));
    }

    /**
     * Tells a QEMU that answers from one that is stuck and from a session that is over, by asking for its version. Other
     * commands do not notice. At most one such question is on its way at a time; a call meanwhile awaits its answer.
     *
     * @param budget how long an answer may take
     * @return completes at the latest when the budget is spent; never fails
     */
    CompletableFuture<QmpHealth> health(Duration budget);

    /** Completes normally after {@link #close()}; fails with the first cause when the session ends otherwise. */
    CompletableFuture<Void> closed();

    /** The address and the state, for logs and debuggers. */
    @Override
    String toString();

    /**
     * Ends the session; what waits for a reply fails with {@link io.github.qmp4j.QmpDisconnectedException}. QEMU and its
     * jobs go on. Waits for the socket to close, at most 5 s, but not on an event loop, where an executor that runs callbacks in
     * place may call it. Does nothing the second time.
     */
    @Override
    void close();
}
