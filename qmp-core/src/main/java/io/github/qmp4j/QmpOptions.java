package io.github.qmp4j;

import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.LosslessExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a client behaves: time-outs, limits, and where callbacks run. Immutable; a {@code with} method gives a changed copy. */
public final class QmpOptions {
    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final int MAX_NESTING = 1024;
    private static final int MAX_QUEUED = 10_000;

    // Written only before the object is given out.
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration waitFor = Duration.ZERO;
    private Duration greetingTimeout = Duration.ofSeconds(20);
    private Duration commandTimeout = Duration.ofSeconds(60);
    private Duration blockCommandTimeout = Duration.ofMinutes(10);
    private int maxMessageBytes = MAX_MESSAGE_BYTES;
    private int maxNesting = MAX_NESTING;
    private int maxInFlight = MAX_QUEUED;
    private int eventQueue = MAX_QUEUED;
    private boolean nativeTransport = true;
    private boolean outOfBand;
    private boolean checkCommands;
    private Optional<WireTrace> trace = Optional.empty();
    private List<QmpObserver> observers = List.of();
    private Executor callbacks = DaemonThreads.callbacks();

    private QmpOptions() {}

    private QmpOptions(QmpOptions from) {
        connectTimeout = from.connectTimeout;
        waitFor = from.waitFor;
        greetingTimeout = from.greetingTimeout;
        commandTimeout = from.commandTimeout;
        blockCommandTimeout = from.blockCommandTimeout;
        maxMessageBytes = from.maxMessageBytes;
        maxNesting = from.maxNesting;
        maxInFlight = from.maxInFlight;
        eventQueue = from.eventQueue;
        nativeTransport = from.nativeTransport;
        outOfBand = from.outOfBand;
        checkCommands = from.checkCommands;
        trace = from.trace;
        observers = from.observers;
        callbacks = from.callbacks;
    }

    /** The defaults, which suit a monitor on this host. */
    public static QmpOptions defaults() {
        return new QmpOptions();
    }

    private QmpOptions changed(Consumer<QmpOptions> change) {
        QmpOptions copy = new QmpOptions(this);
        change.accept(copy);
        return copy;
    }

    /** How long the connection itself may take, also where too many already wait for the socket; positive, default 5 s. */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** The same with another {@link #connectTimeout()}. */
    public QmpOptions withConnectTimeout(Duration limit) {
        return changed(copy -> copy.connectTimeout = positive("connectTimeout", limit));
    }

    /**
     * How long to wait for a socket that a starting QEMU has not made yet, or that takes no client while none is seen to hold it;
     * not negative, default 0, not at all.
     */
    public Duration waitFor() {
        return waitFor;
    }

    /** The same with another {@link #waitFor()}. */
    public QmpOptions withWaitFor(Duration limit) {
        return changed(copy -> copy.waitFor = notNegative(limit));
    }

    /** How long QEMU may take to greet and to negotiate; positive, default 20 s. */
    public Duration greetingTimeout() {
        return greetingTimeout;
    }

    /** The same with another {@link #greetingTimeout()}. */
    public QmpOptions withGreetingTimeout(Duration limit) {
        return changed(copy -> copy.greetingTimeout = positive("greetingTimeout", limit));
    }

    /** How long a reply may take; positive, default 60 s. */
    public Duration commandTimeout() {
        return commandTimeout;
    }

    /** The same with another {@link #commandTimeout()}. */
    public QmpOptions withCommandTimeout(Duration limit) {
        return changed(copy -> copy.commandTimeout = positive("commandTimeout", limit));
    }

    /** How long a reply may take to a command on block nodes and jobs, which waits for the disk; positive, default 10 min. */
    public Duration blockCommandTimeout() {
        return blockCommandTimeout;
    }

    /** The same with another {@link #blockCommandTimeout()}. */
    public QmpOptions withBlockCommandTimeout(Duration limit) {
        return changed(copy -> copy.blockCommandTimeout = positive("blockCommandTimeout", limit));
    }

    /** The longest message that QEMU may send; positive, default 64 MiB. */
    public int maxMessageBytes() {
        return maxMessageBytes;
    }

    /** The same with another {@link #maxMessageBytes()}. */
    public QmpOptions withMaxMessageBytes(int bytes) {
        return changed(copy -> copy.maxMessageBytes = positive("maxMessageBytes", bytes));
    }

    /** The deepest nesting of a message that QEMU may send; positive, default 1024, QEMU's own limit. */
    public int maxNesting() {
        return maxNesting;
    }

    /** The same with another {@link #maxNesting()}. */
    public QmpOptions withMaxNesting(int levels) {
        return changed(copy -> copy.maxNesting = positive("maxNesting", levels));
    }

    /** How many commands may wait for their replies; one more fails at once. Positive, default 10,000. */
    public int maxInFlight() {
        return maxInFlight;
    }

    /** The same with another {@link #maxInFlight()}. */
    public QmpOptions withMaxInFlight(int commands) {
        return changed(copy -> copy.maxInFlight = positive("maxInFlight", commands));
    }

    /** How many events one subscription holds for a slow listener; more are dropped and counted. Positive, default 10,000. */
    public int eventQueue() {
        return eventQueue;
    }

    /** The same with another {@link #eventQueue()}. */
    public QmpOptions withEventQueue(int events) {
        return changed(copy -> copy.eventQueue = positive("eventQueue", events));
    }

    /** Whether to use Netty's epoll where its native library is on the class path; default yes. */
    public boolean nativeTransport() {
        return nativeTransport;
    }

    /** The same with another {@link #nativeTransport()}. */
    public QmpOptions withNativeTransport(boolean used) {
        return changed(copy -> copy.nativeTransport = used);
    }

    /**
     * Whether to enable out-of-band commands; default no. At most 8 others are with QEMU at once then, and one that takes a
     * descriptor alone; the rest waits here for its turn.
     */
    public boolean outOfBand() {
        return outOfBand;
    }

    /** The same with another {@link #outOfBand()}. */
    public QmpOptions withOutOfBand(boolean enabled) {
        return changed(copy -> copy.outOfBand = enabled);
    }

    /**
     * Whether every command is held against QEMU's schema before it is sent, and refused with the name of the argument that is
     * wrong; for tests and development, default no.
     */
    public boolean checkCommands() {
        return checkCommands;
    }

    /** The same with another {@link #checkCommands()}. */
    public QmpOptions withCheckCommands(boolean checked) {
        return changed(copy -> copy.checkCommands = checked);
    }

    /** What takes a copy of every message, without its secrets; default none. */
    public Optional<WireTrace> trace() {
        return trace;
    }

    /** The same with another {@link #trace()}. */
    public QmpOptions withTrace(WireTrace copied) {
        return changed(copy -> copy.trace = Optional.of(copied));
    }

    /** What hears what happens, for metrics and the like; default none. */
    public List<QmpObserver> observers() {
        return observers;
    }

    /** The same with another {@link #observers()}. */
    public QmpOptions withObservers(List<QmpObserver> observers) {
        return changed(copy -> copy.observers = List.copyOf(observers));
    }

    /**
     * Where functions that hang on futures and listeners of events run; default daemon threads of the library. A task that the
     * executor refuses, or throws an {@code Error} for, runs on a daemon thread of its own. An executor that runs its tasks in
     * place runs them on event loops, where they must not wait.
     */
    public Executor callbacks() {
        return callbacks;
    }

    /** The same with another {@link #callbacks()}. */
    public QmpOptions withCallbacks(Executor executor) {
        return changed(copy -> copy.callbacks = LosslessExecutor.of(executor));
    }

    private static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("%s (%s) must be positive".formatted(name, value));
        }
        return value;
    }

    private static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s (%d) must be positive".formatted(name, value));
        }
        return value;
    }

    private static Duration notNegative(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("waitFor (%s) must not be negative".formatted(limit));
        }
        return limit;
    }

    private List<Object> properties() {
        return List.of(
                connectTimeout,
                waitFor,
                greetingTimeout,
                commandTimeout,
                blockCommandTimeout,
                maxMessageBytes,
                maxNesting,
                maxInFlight,
                eventQueue,
                nativeTransport,
                outOfBand,
                checkCommands,
                trace,
                observers,
                callbacks);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof QmpOptions same && properties().equals(same.properties());
    }

    @Override
    public int hashCode() {
        return properties().hashCode();
    }

    @Override
    public String toString() {
        return "QmpOptions" + properties();
    }
}
