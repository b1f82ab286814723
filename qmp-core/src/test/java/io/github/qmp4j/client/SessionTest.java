package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class SessionTest {
    private static final QmpCommand<?> STATUS = QmpCommand.of("query-status");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSessionGreetsNegotiatesAnswersAndCloses(boolean epoll) {
        // cases 10, 14, 16, 27, over epoll and over NIO
        try (FakeQemu fake = FakeQemu.script()
                .greet(10, 0, 3)
                .expect("qmp_capabilities")
                .reply()
                .expect("query-status")
                .reply("{\"status\": \"running\"}")
                .start()) {
            QmpClient client = open(fake, QmpOptions.defaults().withNativeTransport(epoll));
            assertThat(client.greeting())
                    .isEqualTo(new QmpGreeting(new QmpGreeting.Version(10, 0, 3), "FakeQemu", List.of("oob")));
            assertThat(client.address()).isEqualTo(unix(fake.socket()));
            assertThat(client.state()).isEqualTo(ConnectionState.RUNNING);
            assertThat(value(client.execute(QmpCommand.of("query-status")))
                            .path("status")
                            .asText())
                    .isEqualTo("running");
            CompletableFuture<Void> closed = client.closed();
            assertThat(closed).isNotDone();
            client.close();
            assertThat(value(closed)).isNull();
            assertThat(value(client.closed())).isNull();
            assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
            fake.verify();
        }
    }

    @Test
    void itsTextShowsTheAddressAndTheState() {
        // case 1
        try (FakeQemu fake = FakeQemu.responding().start()) {
            QmpClient client = open(fake);
            assertThat(client).hasToString("QmpClient[unix:" + fake.socket() + ", RUNNING]");
            client.close();
            assertThat(client).hasToString("QmpClient[unix:" + fake.socket() + ", CLOSED]");
        }
    }

    @Test
    void theNegotiationIsOverWithItsOwnReplyOnly() {
        // case 43
        CountDownLatch foreign = new CountDownLatch(1);
        CountDownLatch own = new CountDownLatch(1);
        try (FakeQemu fake = FakeQemu.script()
                .greet()
                .expect("qmp_capabilities")
                .replyWithId("7", "{}")
                .replyWithId(null, "{}")
                .raw("{\"id\": 7, \"error\": {\"class\": \"GenericError\", \"desc\": \"not yours\"}}\n")
                .run(foreign::countDown)
                .pauseUntil(own)
                .reply()
                .respond()
                .on("query-status", "{}")
                .start()) {
            CompletableFuture<QmpClient> connecting = QmpClient.connect(unix(fake.socket()), QmpOptions.defaults());
            await().until(() -> foreign.getCount() == 0);
            assertThat(connecting).isNotDone();
            own.countDown();
            try (QmpClient client = value(connecting)) {
                value(client.execute(STATUS));
                assertThat(client.strayReplies()).isZero();
            }
        }
    }

    @Test
    void aPeersWholeTalkIsHeardAndThenItsEnd() {
        // case 67
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-status")
                        .reply("{\"status\": \"running\"}")
                        .expect("stop")
                        .raw("{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"STOP\"}\n")
                        .reply()
                        .disconnect()
                        .start();
                QmpClient client = open(fake)) {
            List<Instant> heard = new CopyOnWriteArrayList<>();
            EventSubscription subscription =
                    client.subscribe(EventFilter.named("STOP"), event -> heard.add(event.time()));
            assertThat(value(client.execute(QmpCommand.of("query-status")))
                            .path("status")
                            .asText())
                    .isEqualTo("running");
            value(client.execute(QmpCommand.of("stop")));
            failure(subscription.ended(), QmpDisconnectedException.class);
            assertThat(heard).containsExactly(Instant.ofEpochSecond(1, 2000));
            fake.verify();
        }
    }

    @RepeatedTest(10)
    void aPeerThatLeavesRightAfterTheHandshakeFailsTheFirstCommand() {
        // case 68
        try (FakeQemu fake = FakeQemu.script().negotiate().disconnect().start();
                QmpClient client = open(fake)) {
            assertThat(failure(client.execute(STATUS), QmpDisconnectedException.class))
                    .hasMessageContainingAll("query-status", "QEMU has closed the session");
        }
    }

    @Test
    void aSecondCloseDoesNothing() {
        // case 2
        try (FakeQemu fake = FakeQemu.responding().start()) {
            QmpClient client = open(fake);
            client.close();
            client.close();
            assertThat(value(client.closed())).isNull();
        }
    }

    @Test
    void closeFailsWhatWaitsForItsReply() {
        // R3
        try (FakeQemu fake = FakeQemu.responding(got -> List.of()).start()) {
            QmpClient client = open(fake);
            CompletableFuture<?> waiting = client.execute(STATUS);
            fake.awaitReceived("query-status", 1, LONG);
            client.close();
            QmpDisconnectedException lost = failure(waiting, QmpDisconnectedException.class);
            assertThat(lost.mayHaveReachedQemu()).isTrue();
            assertThat(lost).hasMessageContainingAll("query-status", "this side has closed");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndByThePeerFailsEveryWaitingCommandWithTheFirstCause(boolean epoll) {
        // R3, case 45
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("stop")
                        .expect("cont")
                        .disconnect()
                        .start();
                QmpClient client = open(fake, QmpOptions.defaults().withNativeTransport(epoll))) {
            CompletableFuture<?> stop = client.execute(QmpCommand.of("stop"));
            CompletableFuture<?> cont = client.execute(QmpCommand.of("cont"));
            QmpDisconnectedException first = failure(stop, QmpDisconnectedException.class);
            QmpDisconnectedException second = failure(cont, QmpDisconnectedException.class);
            QmpDisconnectedException cause = failure(client.closed(), QmpDisconnectedException.class);
            assertThat(List.of(first.mayHaveReachedQemu(), second.mayHaveReachedQemu()))
                    .containsOnly(true);
            assertThat(first)
                    .hasMessageContainingAll("stop", "QEMU has closed the session")
                    .hasCause(cause);
            assertThat(second).hasMessageContaining("cont").hasCause(cause);
            assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommandAfterTheEndFailsAtOnceAndWasNotSent(boolean othersLive) {
        // cases 46, 54; with and without another client that keeps the event loops alive
        try (FakeQemu other = FakeQemu.responding().start();
                FakeQemu fake = FakeQemu.responding().start()) {
            QmpClient neighbour = othersLive ? open(other) : null;
            QmpClient client = open(fake);
            client.close();
            QmpDisconnectedException lost = failure(client.execute(STATUS), QmpDisconnectedException.class);
            assertThat(lost.mayHaveReachedQemu()).isFalse();
            assertThat(lost).hasMessageContaining("query-status was not sent");
            assertThat(fake.received()).extracting(ReceivedCommand::name).containsExactly("qmp_capabilities");
            if (neighbour != null) {
                neighbour.close();
            }
        }
    }

    @Test
    void theThreadsAreNamedDaemonsAndGoneAfterTheLastClose() {
        // R7
        // Those of the test before this one go a second after their last work.
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("qmp-")));
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start()) {
            QmpClient client = open(fake);
            CompletableFuture<Void> stuck = new CompletableFuture<>();
            client.subscribe(EventFilter.all(), event -> stuck.join());
            fake.send(Outgoing.event("STOP", "{}"));
            CompletableFuture<String> callback = client.execute(STATUS).thenApply(reply -> {
                stuck.join();
                return "";
            });
            await().untilAsserted(() -> assertThat(startedSince(before))
                    .extracting(Thread::getName)
                    .anyMatch(name -> name.startsWith("qmp-loop"))
                    .filteredOn(name -> name.startsWith("qmp-callback"))
                    .hasSizeGreaterThan(1));
            assertThat(startedSince(before)).allMatch(Thread::isDaemon).allMatch(thread -> thread.getName()
                    .startsWith("qmp-"));
            stuck.complete(null);
            value(callback);
            client.close();
        }
        await().until(() -> startedSince(before), Set::isEmpty);
    }

    @Test
    void afterASessionHasEndedTheNextClientIsServed() {
        // case 13
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start()) {
            for (int i = 0; i < 20; i++) {
                try (QmpClient client = open(fake)) {
                    value(client.execute(STATUS));
                }
            }
            fake.verify();
        }
    }

    /** Those of the library; the scripted server and Awaitility have their own. */
    private static Set<Thread> startedSince(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .filter(thread -> !thread.getName().matches("(fake-qemu|awaitility).*"))
                .collect(Collectors.toSet());
    }
}
