package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener that does not keep up loses events, is told so, and holds up nobody else (R2, R6, cases 40, 76). */
@Timeout(300)
class SlowListenerTest {
    private static final QmpCommand<JsonNode> STORM = QmpCommand.of("storm");
    private static final int EVENTS = 1000;
    private static final int QUEUE = 10;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final CountDownLatch stuck = new CountDownLatch(1);

    @Test
    void aStuckListenerLosesWhatExceedsItsQueueAndIsToldAtTheGap() {
        try (FakeQemu fake = storm();
                QmpClient client = open(fake, QmpOptions.defaults().withEventQueue(QUEUE))) {
            CountDownLatch first = new CountDownLatch(1);
            EventSubscription slow = client.subscribe(EventFilter.all(), event -> {
                first.countDown();
                pass();
                heard.add(event.data().path("n").asText());
            });
            slow.onDropped(() -> heard.add("gap"));
            fake.send(Outgoing.event("E", "{\"n\": \"first\"}"));
            assertThat(await(first)).isTrue();

            // Replies still flow, and another listener hears all that fits its queue.
            value(client.execute(STORM));
            value(client.execute(QmpCommand.of("query-status")));
            assertThat(slow.dropped()).isEqualTo(EVENTS - QUEUE);

            stuck.countDown();
            // The first, as many as the queue holds, and then the gap, once.
            List<String> expected = Stream.of(
                            Stream.of("first"), IntStream.range(0, QUEUE).mapToObj(Integer::toString), Stream.of("gap"))
                    .flatMap(part -> part)
                    .toList();
            Awaitility.await().atMost(LONG).until(() -> heard.size() == expected.size());
            assertThat(heard).isEqualTo(expected);

            fake.send(Outgoing.event("E", "{\"n\": \"after\"}"));
            Awaitility.await().atMost(LONG).until(() -> heard.contains("after"));
            assertThat(heard).hasSize(expected.size() + 1);
        }
    }

    @Test
    void oneStuckListenerDoesNotHoldUpAnother() {
        try (FakeQemu fake = storm();
                QmpClient client = open(fake)) {
            AtomicInteger quick = new AtomicInteger();
            client.subscribe(EventFilter.all(), event -> pass());
            EventSubscription other = client.subscribe(EventFilter.all(), event -> quick.incrementAndGet());
            value(client.execute(STORM));
            Awaitility.await().atMost(LONG).until(() -> quick.get() == EVENTS);
            assertThat(other.dropped()).isZero();
            stuck.countDown();
        }
    }

    private static FakeQemu storm() {
        List<Outgoing> answer = new ArrayList<>();
        IntStream.range(0, EVENTS).forEach(i -> answer.add(Outgoing.event("E", "{\"n\": \"" + i + "\"}")));
        answer.add(Outgoing.reply());
        return FakeQemu.responding()
                .on("storm", got -> answer)
                .on("query-status", "{}")
                .start();
    }

    private void pass() {
        assertThat(await(stuck)).isTrue();
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(LONG.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
