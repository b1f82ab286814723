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
import io.github.qmp4j.testkit.FakeQemu;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionTest {
    private static final QmpCommand<?> STATUS = QmpCommand.of("query-status");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSessionGreetsNegotiatesAnswersAndCloses(boolean epoll) {
        // case 10, over epoll and over NIO
        try (FakeQemu fake = FakeQemu.script()
                .greet(10, 0, 3)
                .expect("qmp_capabilities")
                .reply()
                .expect("query-status")
                .reply("{\"status\": \"running\"}")
                .start()) {
            QmpClient client = open(fake, QmpOptions.with(o -> o.nativeTransport = epoll));
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
    void aSecondCloseDoesNothing() {
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
            assertThat(lost.wasSent()).isTrue();
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
                QmpClient client = open(fake, QmpOptions.with(o -> o.nativeTransport = epoll))) {
            CompletableFuture<?> stop = client.execute(QmpCommand.of("stop"));
            CompletableFuture<?> cont = client.execute(QmpCommand.of("cont"));
            QmpDisconnectedException first = failure(stop, QmpDisconnectedException.class);
            QmpDisconnectedException second = failure(cont, QmpDisconnectedException.class);
            QmpDisconnectedException cause = failure(client.closed(), QmpDisconnectedException.class);
            assertThat(List.of(first.wasSent(), second.wasSent())).containsOnly(true);
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
        // case 54; with and without another client that keeps the event loops alive
        try (FakeQemu other = FakeQemu.responding().start();
                FakeQemu fake = FakeQemu.responding().start()) {
            QmpClient neighbour = othersLive ? open(other) : null;
            QmpClient client = open(fake);
            client.close();
            QmpDisconnectedException lost = failure(client.execute(STATUS), QmpDisconnectedException.class);
            assertThat(lost.wasSent()).isFalse();
            assertThat(lost).hasMessageContaining("query-status was not sent");
            if (neighbour != null) {
                neighbour.close();
            }
        }
    }

    @Test
    void theThreadsAreGoneAfterTheLastClose() {
        // R7
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start()) {
            QmpClient client = open(fake);
            value(client.execute(STATUS).thenApply(reply -> ""));
            assertThat(threads()).anyMatch(name -> name.startsWith("qmp-loop"));
            client.close();
        }
        await().atMost(Duration.ofSeconds(5)).until(SessionTest::threads, List::isEmpty);
    }

    @Test
    void afterASessionHasEndedTheNextClientIsServed() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start()) {
            for (int i = 0; i < 20; i++) {
                try (QmpClient client = open(fake)) {
                    value(client.execute(STATUS));
                }
            }
            fake.verify();
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("qmp-"))
                .toList();
    }
}
