package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class EventTest {
    private static final QmpCommand<JsonNode> GO = QmpCommand.of("go");

    private final List<QmpEvent> heard = new CopyOnWriteArrayList<>();

    @Test
    void eventsComeInOrderWithTheirDataAndTime() {
        // cases 29, 56
        String stamped = "{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 5}, \"event\": \"STOP\"}\n";
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpClient client = open(fake)) {
            client.subscribe(EventFilter.all(), heard::add);
            fake.send(Outgoing.raw(stamped));
            IntStream.range(0, 2000).forEach(i -> fake.send(Outgoing.event("JOB", "{\"n\": " + i + "}")));
            await().atMost(LONG).until(() -> heard.size() == 2001);
            assertThat(heard.get(0).time()).isEqualTo(Instant.ofEpochSecond(1_700_000_000, 5_000));
            assertThat(heard.get(0).data().isObject()).isTrue();
            assertThat(heard.stream()
                            .skip(1)
                            .map(event -> event.data().path("n").asInt()))
                    .containsExactlyElementsOf(IntStream.range(0, 2000).boxed().toList());
        }
    }

    @Test
    void aSubscriptionHearsWhatItsFilterAcceptsAndOthersTheirs() {
        // case 35
        try (FakeQemu fake = answering(
                        Outgoing.event("A", "{}"), Outgoing.event("B", "{\"x\": 1}"), Outgoing.event("B", "{}"));
                QmpClient client = open(fake)) {
            List<QmpEvent> others = new CopyOnWriteArrayList<>();
            client.subscribe(EventFilter.named("B").and(event -> event.data().has("x")), heard::add);
            client.subscribe(EventFilter.named("A", "C"), others::add);
            value(client.execute(GO));
            await().atMost(LONG).until(() -> heard.size() == 1 && others.size() == 1);
            assertThat(heard.get(0).data().path("x").asInt()).isEqualTo(1);
            assertThat(others.get(0).name()).isEqualTo("A");
        }
    }

    @Test
    void aListenerOrAFilterThatThrowsStaysSubscribedAndHarmsNobody() {
        // R4
        PrintStream stderr = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (FakeQemu fake = answering(Outgoing.event("A", "{}"), Outgoing.event("B", "{}"));
                QmpClient client = open(fake)) {
            client.subscribe(EventFilter.all(), event -> {
                heard.add(event);
                throw new AssertionError("the listener's own");
            });
            client.subscribe(
                    event -> {
                        throw new AssertionError("the filter's own");
                    },
                    heard::add);
            value(client.execute(GO));
            await().atMost(LONG).until(() -> heard.size() == 4);
            assertThat(client.state()).isEqualTo(ConnectionState.RUNNING);
            await().untilAsserted(() -> assertThat(log.toString(StandardCharsets.UTF_8))
                    .contains("it stays subscribed", "the listener's own", "the filter's own"));
        } finally {
            System.setErr(stderr);
        }
    }

    @Test
    void anEventThatComesBeforeTheReplyIsHeard() {
        // R11, case 55
        try (FakeQemu fake = FakeQemu.script()
                        .event("EARLY", "{}")
                        .greet()
                        .event("EARLY", "{}")
                        .expect("qmp_capabilities")
                        .reply()
                        .expect("go")
                        .event("READY", "{}")
                        .reply()
                        .start();
                QmpClient client = open(fake)) {
            client.subscribe(EventFilter.named("READY"), heard::add);
            value(client.execute(GO));
            await().atMost(LONG).until(() -> heard.size() == 1);
        }
    }

    @Test
    void anEventThatNobodyHearsIsNotKeptForWhoComesLater() {
        // cases 34, 69
        try (FakeQemu fake = answering(Outgoing.event("A", "{}"));
                QmpClient client = open(fake)) {
            value(client.execute(GO));
            EventSubscription late = client.subscribe(EventFilter.all(), heard::add);
            value(client.execute(GO));
            fake.disconnect();
            failure(late.ended(), QmpDisconnectedException.class);
            assertThat(heard).hasSize(1);
        }
    }

    @Test
    void theEndOfTheSessionEndsEverySubscriptionWithTheFirstCauseAfterItsEvents() {
        // R3, case 30
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("go")
                        .event("A", "{}")
                        .event("A", "{}")
                        .disconnect()
                        .start();
                QmpClient client = open(fake)) {
            EventSubscription one = client.subscribe(EventFilter.all(), heard::add);
            EventSubscription two = client.subscribe(EventFilter.all(), event -> {});
            client.execute(GO);
            QmpDisconnectedException cause = failure(one.ended(), QmpDisconnectedException.class);
            assertThat(heard).hasSize(2);
            assertThat(failure(two.ended(), QmpDisconnectedException.class)).isSameAs(cause);
            assertThat(failure(client.closed(), QmpDisconnectedException.class)).isSameAs(cause);
            EventSubscription after = client.subscribe(EventFilter.all(), event -> {});
            assertThat(failure(after.ended(), QmpDisconnectedException.class)).isSameAs(cause);
        }
    }

    @Test
    void aReplyCanBeWeighedAfterTheEventsThatCameBeforeIt() {
        // R11
        Outgoing[] events =
                IntStream.range(0, 500).mapToObj(i -> Outgoing.event("A", "{}")).toArray(Outgoing[]::new);
        try (FakeQemu fake = answering(events);
                QmpClient client = open(fake)) {
            EventSubscription subscription = client.subscribe(EventFilter.all(), heard::add);
            for (int i = 1; i <= 20; i++) {
                value(client.execute(GO).thenCompose(reply -> subscription.delivered()));
                assertThat(heard).hasSize(i * events.length);
            }
        }
    }

    @Test
    void whoeverWaitsForEventsIsNotLeftWaitingWhenTheSubscriptionEnds() {
        CountDownLatch stuck = new CountDownLatch(1);
        try (FakeQemu fake = answering(Outgoing.event("A", "{}"), Outgoing.event("A", "{}"));
                QmpClient client = open(fake)) {
            EventSubscription subscription = client.subscribe(EventFilter.all(), event -> {
                heard.add(event);
                hold(stuck);
            });
            value(client.execute(GO));
            await().atMost(LONG).until(() -> heard.size() == 1);
            CompletableFuture<Void> waiting = subscription.delivered();
            subscription.close();
            CompletableFuture<Void> late = subscription.delivered();
            assertThat(waiting).isNotDone();
            stuck.countDown();
            value(waiting);
            value(late);
            assertThat(heard).hasSize(1);
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void closingTheSessionOrTheSubscriptionEndsItNormally() {
        try (FakeQemu fake = answering(Outgoing.event("A", "{}"))) {
            QmpClient client = open(fake);
            EventSubscription closed = client.subscribe(EventFilter.all(), heard::add);
            CompletableFuture<Void> copy = closed.ended();
            EventSubscription open = client.subscribe(EventFilter.all(), event -> {});
            closed.close();
            value(copy);
            value(client.execute(GO));
            client.close();
            value(open.ended());
            value(client.subscribe(EventFilter.all(), event -> {}).ended());
            assertThat(heard).isEmpty();
        }
    }

    private static void hold(CountDownLatch latch) {
        try {
            assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static FakeQemu answering(Outgoing... events) {
        List<Outgoing> answer = new ArrayList<>(List.of(events));
        answer.add(Outgoing.reply());
        return FakeQemu.responding(got -> answer).start();
    }
}
