package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(300)
class AwaitedEventTest {
    private static final QmpCommand<JsonNode> DELETE =
            QmpCommand.of("device_del").with("id", "d0");
    private static final EventFilter DELETED = EventFilter.named("DEVICE_DELETED")
            .and(event -> event.data().path("device").asText().equals("d0"));

    @Test
    void completesWhicheverOfReplyAndEventComesFirst() {
        // R11, cases 50, 70
        Outgoing other = Outgoing.event("DEVICE_DELETED", "{\"device\": \"d1\"}");
        Outgoing deleted = Outgoing.event("DEVICE_DELETED", "{\"device\": \"d0\", \"path\": \"p\"}");
        for (List<Outgoing> order :
                List.of(List.of(other, deleted, Outgoing.reply()), List.of(Outgoing.reply(), other, deleted))) {
            try (FakeQemu fake = FakeQemu.responding(command -> order).start();
                    QmpClient client = open(fake)) {
                List<String> heard = new CopyOnWriteArrayList<>();
                client.subscribe(
                        EventFilter.all(),
                        event -> heard.add(event.data().path("device").asText()));
                QmpEvent event = value(client.executeAndAwait(DELETE, DELETED));
                assertThat(event.data().path("path").asText()).isEqualTo("p");
                await().atMost(LONG).untilAsserted(() -> assertThat(heard).containsExactly("d1", "d0"));
            }
        }
    }

    @Test
    void failsWithTheCommandOrWithTheSessionAndLeavesTheSessionUsableAfterAnyWait() {
        // case 51
        try (FakeQemu fake = FakeQemu.responding()
                        .on("device_del", command -> List.of(Outgoing.error("DeviceNotFound", "no d0")))
                        .on("quiet", "{}")
                        .start();
                QmpClient client = open(fake)) {
            failure(client.executeAndAwait(DELETE, DELETED), QmpCommandException.class);
            assertThat(client.executeAndAwait(QmpCommand.of("quiet"), DELETED).orTimeout(100, TimeUnit.MILLISECONDS))
                    .failsWithin(LONG)
                    .withThrowableThat()
                    .withCauseInstanceOf(TimeoutException.class);
            CompletableFuture<QmpEvent> pending = client.executeAndAwait(QmpCommand.of("quiet"), DELETED);
            value(client.execute(QmpCommand.of("quiet")));
            fake.disconnect();
            failure(pending, QmpDisconnectedException.class);
        }
    }

    @Test
    void whoGivesUpTheFirstOfTwoGetsTheSecondAndTheEventHarmsNobody() {
        // cases 52, 53, 70
        try (FakeQemu fake = FakeQemu.responding(got -> List.of()).start();
                QmpClient client = open(fake)) {
            CompletableFuture<QmpEvent> first = client.executeAndAwait(DELETE, DELETED);
            CompletableFuture<QmpEvent> second = client.executeAndAwait(DELETE, DELETED);
            CompletableFuture<JsonNode> behind = client.execute(QmpCommand.of("query-status"));
            ReceivedCommand one = fake.awaitReceived("device_del", 1, LONG);
            ReceivedCommand two = fake.awaitReceived("device_del", 2, LONG);
            assertThat(first.cancel(true)).isTrue();

            fake.answer(one, Outgoing.reply());
            fake.send(Outgoing.event("DEVICE_DELETED", "{\"device\": \"d0\"}"));
            fake.answer(two, Outgoing.reply());
            fake.answer(fake.awaitReceived("query-status", 1, LONG), Outgoing.reply("\"behind\""));
            assertThat(value(second).name()).isEqualTo("DEVICE_DELETED");
            assertThat(value(behind).asText()).isEqualTo("behind");
            assertThat(first).isCancelled();
            assertThat(client.strayReplies()).isZero();
        }
    }

    @Test
    void onARealQemuShutdownIsAwaitedWithQuit() {
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = open(qemu)) {
            QmpEvent event = value(client.executeAndAwait(QmpCommand.of("quit"), EventFilter.named("SHUTDOWN")));
            assertThat(event.data().path("reason").asText()).isEqualTo("host-qmp-quit");
        }
    }

    @Test
    void aPublisherGivesEverySubscriberItsOwnDemand() {
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpClient client = open(fake)) {
            Recorder two = new Recorder(2);
            Recorder all = new Recorder(Long.MAX_VALUE);
            Flow.Publisher<QmpEvent> events = client.events(EventFilter.named("A"));
            events.subscribe(two);
            events.subscribe(all);
            for (int i = 0; i < 5; i++) {
                fake.send(Outgoing.event("A", "{}"));
                fake.send(Outgoing.event("B", "{}"));
            }
            await().atMost(LONG).until(() -> all.seen.size() == 5);
            await().atMost(LONG).until(() -> two.seen.size() == 2);
            // Two are still buffered for the one that asked for two, and hold nobody up.
            fake.send(Outgoing.event("A", "{}"));
            await().atMost(LONG).until(() -> all.seen.size() == 6);
        }
    }

    @Test
    void aPublisherCompletesWhenTheSessionIsClosed() {
        try (FakeQemu fake = FakeQemu.responding().start()) {
            Recorder all = new Recorder(Long.MAX_VALUE);
            try (QmpClient client = open(fake)) {
                client.events(EventFilter.all()).subscribe(all);
            }
            assertThat(value(all.end)).isEqualTo("complete");
        }
    }

    @Test
    void aSubscriberThatLosesEventsEndsWithAnError() {
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpClient client = open(fake, QmpOptions.defaults().withEventQueue(8))) {
            Recorder none = new Recorder(1);
            client.events(EventFilter.all()).subscribe(none);
            for (int i = 0; i < 100; i++) {
                fake.send(Outgoing.event("A", "{}"));
            }
            failure(none.end, QmpException.class);
        }
    }

    /** Asks for so many events and records what comes. */
    private static final class Recorder implements Flow.Subscriber<QmpEvent> {
        private final long demand;
        private final List<QmpEvent> seen = new CopyOnWriteArrayList<>();
        private final CompletableFuture<String> end = new CompletableFuture<>();

        Recorder(long demand) {
            this.demand = demand;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(demand);
        }

        @Override
        public void onNext(QmpEvent event) {
            seen.add(event);
        }

        @Override
        public void onError(Throwable cause) {
            end.completeExceptionally(cause);
        }

        @Override
        public void onComplete() {
            end.complete("complete");
        }
    }
}
