package io.github.qmp4j;

import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.LosslessExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * How a client behaves: time-outs, limits, and where callbacks run. Immutable.
 *
 * @param connectTimeout how long the connection itself may take, also where too many already wait for the socket; default 5 s
 * @param waitFor how long to wait for a socket that a starting QEMU has not made yet, or that takes no client while none is
 *     seen to hold it; default 0, not at all
 * @param greetingTimeout how long QEMU may take to greet and to negotiate; default 20 s
 * @param commandTimeout how long a reply may take; default 60 s
 * @param blockCommandTimeout the same for commands on block nodes and jobs, which wait for the disk; default 10 min
 * @param maxMessageBytes the longest message that QEMU may send; default 64 MiB
 * @param maxNesting the deepest nesting of a message that QEMU may send; default 1024, QEMU's own limit
 * @param maxInFlight how many commands may wait for their replies; one more fails at once; default 10,000
 * @param eventQueue how many events one subscription holds for a slow listener; more are dropped and counted; default
 *     10,000
 * @param nativeTransport whether to use Netty's epoll where its native library is on the class path; default yes
 * @param outOfBand whether to enable out-of-band commands; at most 8 others are with QEMU at once then, and one that takes
 *     a descriptor alone; the rest waits here for its turn; default no
 * @param checkCommands whether every command is held against QEMU's schema before it is sent, and refused with the name of
 *     the argument that is wrong; for tests and development; default no
 * @param trace takes a copy of every message, without its secrets; default none
 * @param observers hear what happens, for metrics and the like; default none
 * @param callbacks where functions that hang on futures and listeners of events run; a task that it refuses, or throws an
 *     {@code Error} for, runs on a daemon thread of its own; one that runs its tasks in place runs them on event loops, where
 *     they must not wait
 */
public record QmpOptions(
        Duration connectTimeout,
        Duration waitFor,
        Duration greetingTimeout,
        Duration commandTimeout,
        Duration blockCommandTimeout,
        int maxMessageBytes,
        int maxNesting,
        int maxInFlight,
        int eventQueue,
        boolean nativeTransport,
        boolean outOfBand,
        boolean checkCommands,
        Optional<WireTrace> trace,
        List<QmpObserver> observers,
        Executor callbacks) {

    public QmpOptions {
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("greetingTimeout", greetingTimeout);
        requirePositive("commandTimeout", commandTimeout);
        requirePositive("blockCommandTimeout", blockCommandTimeout);
        if (waitFor.isNegative()) {
            throw new IllegalArgumentException("waitFor (%s) must not be negative".formatted(waitFor));
        }
        requirePositive("maxMessageBytes", maxMessageBytes);
        requirePositive("maxNesting", maxNesting);
        requirePositive("maxInFlight", maxInFlight);
        requirePositive("eventQueue", eventQueue);
        observers = List.copyOf(observers);
        callbacks = LosslessExecutor.of(callbacks);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("%s (%s) must be positive".formatted(name, value));
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s (%d) must be positive".formatted(name, value));
        }
    }

    /** The defaults, which suit a monitor on this host. */
    public static QmpOptions defaults() {
        return new Builder().build();
    }

    /** The defaults with some changed, for example {@code QmpOptions.with(o -> o.greetingTimeout = ofSeconds(3))}. */
    public static QmpOptions with(Consumer<? super Builder> change) {
        Builder builder = new Builder();
        change.accept(builder);
        return builder.build();
    }

    /** The same with another executor for callbacks. */
    public QmpOptions withCallbacks(Executor other) {
        return new QmpOptions(
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
                other);
    }

    /** The options on their way; the fields mean what the record's components of the same name do. */
    public static final class Builder {
        private static final int MAX_MESSAGE_BYTES = 64 << 20;
        private static final int MAX_NESTING = 1024;
        private static final int MAX_QUEUED = 10_000;

        public Duration connectTimeout = Duration.ofSeconds(5);
        public Duration waitFor = Duration.ZERO;
        public Duration greetingTimeout = Duration.ofSeconds(20);
        public Duration commandTimeout = Duration.ofSeconds(60);
        public Duration blockCommandTimeout = Duration.ofMinutes(10);
        public int maxMessageBytes = MAX_MESSAGE_BYTES;
        public int maxNesting = MAX_NESTING;
        public int maxInFlight = MAX_QUEUED;
        public int eventQueue = MAX_QUEUED;
        public boolean nativeTransport = true;
        public boolean outOfBand;
        public boolean checkCommands;
        public Optional<WireTrace> trace = Optional.empty();
        public List<QmpObserver> observers = List.of();
        public Executor callbacks = DaemonThreads.callbacks();

        private Builder() {}

        private QmpOptions build() {
            return new QmpOptions(
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
    }
}
