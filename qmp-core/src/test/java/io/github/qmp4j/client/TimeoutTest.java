package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class TimeoutTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");
    private static final QmpCommand<JsonNode> STOP = QmpCommand.of("stop");
    private static final Duration SHORT = Duration.ofMillis(100);

    @Test
    void aReplyThatComesTooLateIsSwallowedAndTheNextCommandGetsItsOwn() {
        // R8, case 72
        try (FakeQemu fake = FakeQemu.responding(got -> List.of())
                        .on("query-status", "\"right\"")
                        .start();
                QmpClient client = open(fake)) {
            QmpTimeoutException late = failure(client.execute(STOP, SHORT), QmpTimeoutException.class);
            assertThat(late.command()).isEqualTo("stop");
            assertThat(late).hasMessageContainingAll("stop", "100 ms", "may still execute");
            ReceivedCommand stop = fake.awaitReceived("stop", 1, LONG);
            fake.answer(stop, Outgoing.reply("\"late\""));
            assertThat(value(client.execute(STATUS)).asText()).isEqualTo("right");
            assertThat(client.strayReplies()).isEqualTo(1);
            assertThat(client.state()).isEqualTo(ConnectionState.RUNNING);
        }
    }

    @Test
    void aLateErrorReplyIsSwallowedToo() {
        try (FakeQemu fake = FakeQemu.responding(got -> List.of())
                        .on("query-status", "\"right\"")
                        .start();
                QmpClient client = open(fake)) {
            failure(client.execute(STOP, SHORT), QmpTimeoutException.class);
            ReceivedCommand stop = fake.awaitReceived("stop", 1, LONG);
            fake.answer(stop, Outgoing.error("GenericError", "late"));
            assertThat(value(client.execute(STATUS)).asText()).isEqualTo("right");
            assertThat(client.strayReplies()).isEqualTo(1);
        }
    }

    @Test
    void repliesThatNobodyAskedForAreCounted() {
        // case 73
        String error = ", \"error\": {\"class\": \"GenericError\", \"desc\": \"not yours\"}}\n";
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-status")
                        .raw("{\"return\": 1, \"id\": 77}\n{\"return\": 2}\n{\"return\": 3, \"id\": \"x\"}\n")
                        .raw("{\"id\": 77" + error + "{\"id\": \"x\"" + error + "{\"id\": null" + error)
                        .reply("\"mine\"")
                        .start();
                QmpClient client = open(fake)) {
            assertThat(value(client.execute(STATUS)).asText()).isEqualTo("mine");
            assertThat(client.strayReplies()).isEqualTo(6);
        }
    }

    @Test
    void anErrorWithoutIdThatMayBeLateReachesNoCommandUntilALaterOneIsAnswered() {
        // R8
        Outgoing unread = Outgoing.errorWithoutId("GenericError", "cannot read that");
        try (FakeQemu fake = FakeQemu.responding(got -> List.of()).start();
                QmpClient client = open(fake)) {
            failure(client.execute(STOP, SHORT), QmpTimeoutException.class);
            CompletableFuture<JsonNode> next = client.execute(STATUS);
            ReceivedCommand status = fake.awaitReceived("query-status", 1, LONG);
            fake.send(unread);
            fake.answer(status, Outgoing.reply("\"mine\""));
            assertThat(value(next).asText()).isEqualTo("mine");
            assertThat(client.strayReplies()).isEqualTo(1);

            CompletableFuture<JsonNode> own = client.execute(STATUS);
            fake.awaitReceived("query-status", 2, LONG);
            fake.send(unread);
            failure(own, QmpCommandException.class);
            assertThat(client.strayReplies()).isEqualTo(1);
        }
    }

    @Test
    void aTimeOutFreesItsPlace() {
        try (FakeQemu fake = FakeQemu.responding(got -> List.of()).start();
                QmpClient client = open(fake, QmpOptions.defaults().withMaxInFlight(1))) {
            for (int i = 0; i < 3; i++) {
                failure(client.execute(STOP, Duration.ofMillis(10)), QmpTimeoutException.class);
            }
        }
    }

    @Test
    void aTimeOutMayBeForEverAndMustBePositive() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake)) {
            value(client.execute(STATUS, ChronoUnit.FOREVER.getDuration()));
            value(client.execute(STATUS, Duration.ofNanos(Long.MAX_VALUE)));
            assertThatThrownBy(() -> client.execute(STATUS, Duration.ZERO)).hasMessageContaining("must be positive");
        }
    }

    @ParameterizedTest
    @CsvSource({"query-status,2", "qom-get,2", "block-commit,1", "blockdev-add,1", "drive-mirror,1", "job-dismiss,1"})
    void commandsThatWaitForADiskHaveTheLongDefault(String name, int limit) {
        QmpOptions options = QmpOptions.defaults()
                .withBlockCommandTimeout(Duration.ofSeconds(1))
                .withCommandTimeout(Duration.ofSeconds(2));
        assertThat(CommandTimeouts.of(name, options)).isEqualTo(Duration.ofSeconds(limit));
    }

    @Test
    void theDefaultTimeOutsAreAMinuteAndTenMinutesAndAreKept() {
        assertThat(QmpOptions.defaults().commandTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(QmpOptions.defaults().blockCommandTimeout()).isEqualTo(Duration.ofMinutes(10));
        try (FakeQemu fake = FakeQemu.responding(got -> List.of()).start();
                QmpClient client = open(fake, QmpOptions.defaults().withCommandTimeout(SHORT))) {
            failure(client.execute(STATUS), QmpTimeoutException.class);
        }
    }

    @Test
    void whatQemuDoesNotReadIsHeldWithinABoundAndThenRefusedUnsent() {
        // R6
        CountDownLatch done = new CountDownLatch(1);
        try (FakeQemu fake = FakeQemu.script().negotiate().pauseUntil(done).start();
                QmpClient client = open(fake)) {
            QmpCommand<JsonNode> big = STOP.with("text", "x".repeat(1 << 20));
            await().atMost(LONG).untilAsserted(() -> {
                QmpException refusal = failure(client.execute(big, Duration.ofMillis(5)), QmpException.class);
                assertThat(refusal).hasMessageContaining("stop was not sent: QEMU does not read");
            });
            done.countDown();
        }
    }
}
