package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.codec.QmpDecoder;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A long reply on one session does not hold up another one of the same event loop. */
@Timeout(600)
class FairnessTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");
    private static final int LONGEST = 64 << 20;
    private static final int ROOM_FOR_THE_REST = 1 << 10;

    /** More than there are event loops. */
    private static final int MOST_SESSIONS = 5;

    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    /**
     * What the loop does until it comes to the next command is measured by the time that it has the processor, and held
     * against what the decoding takes as a whole, so that it does not matter how busy the machine is. Of a single text of
     * 64 MiB the end would take half of that: it is put together in one turn.
     */
    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 64 << 10, 1 << 10})
    void othersGetTheirTurnsWhileSixtyFourMebibytesAreDecoded(int text) {
        Duration longest = beside(text, (place, pinging) -> {
            long before = place.cpuTime();
            pinging.execute(STATUS);
            return Duration.ofNanos(place.cpuTimeAtTurn() - before);
        });
        assertThat(longest.multipliedBy(2)).isLessThan(decodingOf(text));
    }

    /** Tries it again and again beside a reply of texts, each so long; returns the longest that it said. */
    private static Duration beside(int text, BiFunction<Place, QmpClient, Duration> attempt) {
        List<AutoCloseable> opened = new ArrayList<>();
        try (FakeQemu big =
                FakeQemu.responding(got -> List.of()).on("query-status", "{}").start()) {
            Place place = new Place();
            QmpClient streaming = open(big, place.options());
            opened.add(streaming);
            value(streaming.execute(STATUS));
            Map.Entry<Place, QmpClient> pinging = beside(place, opened);

            CompletableFuture<Integer> reply =
                    streaming.execute(QmpCommand.of("query-much")).thenApply(JsonNode::size);
            String id = String.valueOf(big.awaitReceived("query-much", 1, LONG).id());
            CompletableFuture<Integer> sent = CompletableFuture.supplyAsync(() -> stream(big, id, text));

            Duration longest = Duration.ZERO;
            int attempts = 0;
            while (!reply.isDone()) {
                Duration took = attempt.apply(pinging.getKey(), pinging.getValue());
                longest = took.compareTo(longest) > 0 ? took : longest;
                attempts++;
            }
            assertThat(value(reply)).isEqualTo(value(sent));
            assertThat(attempts).isGreaterThan(1);
            return longest;
        } finally {
            opened.forEach(FairnessTest::close);
        }
    }

    /** A session on the same event loop: they take their turns. */
    private static Map.Entry<Place, QmpClient> beside(Place place, List<AutoCloseable> opened) {
        for (int i = 0; i < MOST_SESSIONS; i++) {
            Place here = new Place();
            FakeQemu next = FakeQemu.responding().on("query-status", "{}").start();
            opened.add(0, next);
            QmpClient client = open(next, here.options());
            opened.add(0, client);
            value(client.execute(STATUS));
            if (here.loop.get().equals(place.loop.get())) {
                return Map.entry(here, client);
            }
        }
        throw new AssertionError("no session shares the event loop " + place.loop);
    }

    /** Sends the reply, and never holds more of it than one text; returns how many. */
    private static int stream(FakeQemu fake, String id, int text) {
        byte[] quoted = quoted(text);
        int count = LONGEST / quoted.length;
        fake.send(Outgoing.raw("{\"id\": " + id + ", \"return\": [\"\""));
        for (int i = 0; i < count; i++) {
            fake.send(Outgoing.raw(quoted));
        }
        fake.send(Outgoing.raw("]}\n"));
        return count + 1;
    }

    /** How long this thread needs the processor to decode the same from memory. */
    private static Duration decodingOf(int text) {
        byte[] quoted = quoted(text);
        AtomicInteger texts = new AtomicInteger();
        try (QmpDecoder decoder = new QmpDecoder(LONGEST, 2)) {
            long begin = CPU.getCurrentThreadCpuTime();
            feed(decoder, "{\"return\": [\"\"".getBytes(StandardCharsets.US_ASCII), texts);
            for (int i = 0; i < LONGEST / quoted.length; i++) {
                feed(decoder, quoted, texts);
            }
            feed(decoder, "]}".getBytes(StandardCharsets.US_ASCII), texts);
            assertThat(texts).hasValue(LONGEST / quoted.length + 1);
            return Duration.ofNanos(CPU.getCurrentThreadCpuTime() - begin);
        }
    }

    private static void feed(QmpDecoder decoder, byte[] bytes, AtomicInteger texts) {
        decoder.feed(bytes, bytes.length, json -> texts.set(json.path("return").size()));
    }

    private static byte[] quoted(int text) {
        int length = Math.min(text, LONGEST - ROOM_FOR_THE_REST);
        return (",\"" + "x".repeat(length) + "\"").getBytes(StandardCharsets.US_ASCII);
    }

    private static void close(AutoCloseable opened) {
        try {
            opened.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Learns which event loop a session is on, and when that comes to a command: observers are called there. */
    private static final class Place implements QmpObserver {
        private final AtomicReference<Thread> loop = new AtomicReference<>();
        private final BlockingQueue<Long> turns = new LinkedBlockingQueue<>();

        QmpOptions options() {
            return QmpOptions.defaults().withObservers(List.of(this)).withMaxInFlight(Integer.MAX_VALUE);
        }

        @Override
        public void commandStarted(String command) {
            loop.set(Thread.currentThread());
            turns.add(CPU.getCurrentThreadCpuTime());
        }

        long cpuTime() {
            turns.clear();
            return CPU.getThreadCpuTime(loop.get().getId());
        }

        long cpuTimeAtTurn() {
            try {
                return Objects.requireNonNull(turns.poll(LONG.toSeconds(), TimeUnit.SECONDS), "no turn");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
