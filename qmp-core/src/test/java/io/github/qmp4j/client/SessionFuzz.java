package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.transport.EmbeddedWire;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * What a fuzzer calls: whatever bytes the peer sends, before or after the negotiation, every future ends, and those that
 * fail do so with a {@link QmpException}.
 *
 * <p>The first byte says what surrounds the bytes: bit 0 a greeting before them, bit 1 the reply to the negotiation too,
 * bit 2 time-outs before the end, bit 3 the peer's end of the session; bits 4 to 7 how many bytes come at a time, 0 is all.
 */
public final class SessionFuzz {
    private static final byte[] GREETING =
            "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":0,\"minor\":2,\"major\":7},\"package\":\"\"},\"capabilities\":[]}}"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEGOTIATED = "{\"return\":{},\"id\":0}".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> PATHS = List.of("block-commit/arg/*top/!string", "query-jobs/ret/$deprecated");

    /** A TCP address, since a silent UNIX socket would be looked up in the kernel's list of sockets. */
    private static final QmpAddress ADDRESS = new QmpAddress.Tcp("peer", 4444);

    private static final QmpOptions OPTIONS = QmpOptions.defaults()
            .withMaxMessageBytes(1024)
            .withMaxNesting(16)
            .withEventQueue(4)
            .withMaxInFlight(8)
            .withCallbacks(Runnable::run);

    private final Handshake handshake = new Handshake(ADDRESS, OPTIONS, new ConnectFailures(ADDRESS));
    private final EmbeddedChannel channel = EmbeddedWire.open(OPTIONS, handshake);
    private final List<CompletableFuture<?>> futures = new ArrayList<>(List.of(handshake.session()));
    private boolean asked;

    private SessionFuzz() {}

    /** Loads the classes, which is not to count as time that an input takes. */
    public static void fuzzerInitialize() {
        fuzzerTestOneInput(new byte[] {3, '{', '}'});
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            new SessionFuzz().play(input[0], input);
        }
    }

    private void play(int mode, byte[] input) {
        if ((mode & 1) != 0) {
            receive(GREETING, 0, GREETING.length);
        }
        if ((mode & 2) != 0) {
            receive(NEGOTIATED, 0, NEGOTIATED.length);
        }
        int pieces = (mode >> 4) & 15;
        int most = pieces == 0 ? input.length : pieces;
        for (int from = 1; from < input.length; from += most) {
            receive(input, from, Math.min(most, input.length - from));
        }
        if ((mode & 4) != 0) {
            passTime();
            commandsHaveEnded();
        }
        if ((mode & 8) != 0 || !channel.isOpen()) {
            channel.close();
        } else {
            session().ifPresentOrElse(SessionFuzz::closeWithoutWaiting, channel::close);
        }
        channel.runPendingTasks();
        passTime();
        futures.forEach(SessionFuzz::hasEnded);
        channel.checkException();
        channel.releaseOutbound();
        channel.finishAndReleaseAll();
    }

    private void receive(byte[] bytes, int from, int length) {
        if (channel.isOpen()) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, from, length));
            channel.runPendingTasks();
            if (!asked) {
                session().map(SessionClient::of).ifPresent(this::ask);
            }
        }
    }

    private Optional<QmpSession> session() {
        CompletableFuture<QmpSession> made = handshake.session();
        return made.isDone() && !made.isCompletedExceptionally() ? Optional.of(made.join()) : Optional.empty();
    }

    /** One command of each kind: no argument, a reader of its own, a long time-out; and everything that waits for the end. */
    private void ask(QmpClient session) {
        asked = true;
        futures.add(session.subscribe(EventFilter.all(), event -> event.data().path("id"))
                .ended());
        futures.add(session.closed());
        futures.add(session.execute(QmpCommand.of("query-status")));
        // Not by schema(), which goes on with threads of its own, where this loop has but one.
        futures.add(session.execute(QmpCommand.of("query-qmp-schema").returning(QmpSchema::of))
                .thenApply(schema -> PATHS.stream().allMatch(schema::has)));
        futures.add(session.execute(QmpCommand.of("job-pause").with("id", "j"), Duration.ofHours(1)));
        channel.runPendingTasks();
    }

    /** What {@code close()} does but its wait, since no other thread moves this loop. */
    private static void closeWithoutWaiting(QmpSession session) {
        Thread.currentThread().interrupt();
        session.close();
        if (!Thread.interrupted()) {
            throw new AssertionError("close() lost the interrupt of its caller");
        }
    }

    /** Twice, since a peer that stays silent is asked once more whether it waits for TLS. */
    private void passTime() {
        for (int i = 0; i < 2; i++) {
            channel.advanceTimeBy(2, TimeUnit.HOURS);
            // A task that was due gives the loop another one.
            channel.runPendingTasks();
            channel.runPendingTasks();
        }
    }

    private void commandsHaveEnded() {
        futures.stream().skip(asked ? 3 : 0).forEach(SessionFuzz::hasEnded);
    }

    private static void hasEnded(CompletableFuture<?> future) {
        if (!future.isDone()) {
            throw new AssertionError("a future that never ends: " + future);
        }
        try {
            future.join();
        } catch (CompletionException failed) {
            if (!(failed.getCause() instanceof QmpException)) {
                throw new AssertionError("a failure of no type of ours", failed.getCause());
            }
        }
    }
}
