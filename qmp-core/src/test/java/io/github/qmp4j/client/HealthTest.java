package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpHealth;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(300)
class HealthTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private static QmpClient connect(Path socket, QmpOptions options) throws Exception {
        return QmpClient.connect(new QmpAddress.Unix(socket), options).get(3, TimeUnit.MINUTES);
    }

    private static QmpHealth ask(QmpClient client, Duration budget) throws Exception {
        return client.health(budget).get(3, TimeUnit.MINUTES);
    }

    @Test
    void aSessionWhoseEndIsStillBeingExplainedIsDead() throws Exception {
        CompletableFuture<String> lastWords = new CompletableFuture<>();
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("quit")
                        .reply("{}")
                        .disconnect()
                        .start();
                QmpClient client = QmpClient.connect(
                                new QmpAddress.Unix(fake.socket()), QmpOptions.defaults(), () -> lastWords)
                        .get(3, TimeUnit.MINUTES)) {
            client.execute(QmpCommand.of("quit"));
            await().until(() -> client.state() == ConnectionState.CLOSED);
            CompletableFuture<QmpHealth> health = client.health();
            lastWords.complete("it was told to quit");
            assertThat(health.get(3, TimeUnit.MINUTES)).isInstanceOf(QmpHealth.Dead.class);
        }
    }

    @Test
    void stoppedQemuIsUnresponsiveUntilItGoesOnAndADeadOneIsDead() throws Exception {
        try (RealQemu qemu = RealQemu.builder().start();
                QmpClient client = connect(qemu.monitor(), QmpOptions.defaults())) {
            assertThat(client.health().get(3, TimeUnit.MINUTES))
                    .isInstanceOfSatisfying(QmpHealth.Responsive.class, health -> assertThat(health.roundTrip())
                            .isPositive());

            qemu.freeze();
            Instant frozen = Instant.now();
            CompletableFuture<?> other = client.execute(QmpCommand.of("query-status"));
            QmpHealth.Unresponsive first = (QmpHealth.Unresponsive) ask(client, SHORT);
            assertThat(first.commandsInFlight()).isEqualTo(1);
            assertThat(first.since())
                    .isBetween(frozen.minusMillis(1), Instant.now().minus(SHORT));
            assertThat(ask(client, SHORT)).isEqualTo(first);

            qemu.thaw();
            other.get(3, TimeUnit.MINUTES);
            await().untilAsserted(() -> assertThat(ask(client, SHORT)).isInstanceOf(QmpHealth.Responsive.class));
            assertThat(client.strayReplies()).as("no question was given up").isZero();

            qemu.freeze();
            CompletableFuture<QmpHealth> pending = client.health(Duration.ofMinutes(10));
            qemu.kill();
            assertThat(pending.get(3, TimeUnit.MINUTES)).isInstanceOf(QmpHealth.Dead.class);
            assertThat(ask(client, SHORT))
                    .isInstanceOfSatisfying(QmpHealth.Dead.class, health -> assertThat(health.cause())
                            .isInstanceOf(QmpDisconnectedException.class));
        }
    }

    /** The storage daemon has no query-status. */
    @Test
    void refusalIsAnAnswerToo() throws Exception {
        try (FakeQemu qemu = FakeQemu.responding().start();
                QmpClient client = connect(qemu.socket(), QmpOptions.defaults())) {
            assertThat(ask(client, Duration.ofSeconds(20))).isInstanceOf(QmpHealth.Responsive.class);
        }
    }

    @Test
    void askingAStuckQemuAgainAndAgainSendsOneQuestionOnly() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        try (FakeQemu qemu = FakeQemu.script()
                        .negotiate()
                        .expect("query-version")
                        .pauseUntil(stuck)
                        .reply()
                        .expect("query-status")
                        .reply()
                        .start();
                QmpClient client = connect(qemu.socket(), QmpOptions.defaults())) {
            for (int i = 0; i < 10; i++) {
                assertThat(ask(client, Duration.ofMillis(20))).isInstanceOf(QmpHealth.Unresponsive.class);
            }
            stuck.countDown();
            client.execute(QmpCommand.of("query-status")).get(3, TimeUnit.MINUTES);
            qemu.verify();
        }
    }

    /** A caller's own executor that is busy says nothing of QEMU. */
    @Test
    void busyCallbacksAreNotTakenForABusyQemu() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        QmpOptions options = QmpOptions.defaults().withCallbacks(task -> new Thread(() -> {
                    if (opened.getCount() == 0) {
                        join(release);
                    }
                    task.run();
                })
                .start());
        try (FakeQemu qemu = FakeQemu.responding().on("query-version", "{}").start();
                QmpClient client = connect(qemu.socket(), options)) {
            opened.countDown();
            // Shorter than the callbacks are held.
            assertThat(ask(client, Duration.ofSeconds(10))).isInstanceOf(QmpHealth.Responsive.class);
            release.countDown();
        }
    }

    @Test
    void closedSessionIsDeadAndABudgetMustBePositive() throws Exception {
        try (FakeQemu qemu = FakeQemu.responding().start()) {
            QmpClient client = connect(qemu.socket(), QmpOptions.defaults());
            client.close();
            assertThat(ask(client, SHORT)).isInstanceOf(QmpHealth.Dead.class);
            assertThatThrownBy(() -> client.health(Duration.ZERO)).hasMessageContaining("must be positive");
        }
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
