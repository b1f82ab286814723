package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a caller does to a future ends that caller's waiting, and nothing else. */
@Timeout(300)
class OwnCopyTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");

    @Test
    void cancelTimeOutAndCompletionOfACopyLeaveCommandAndSessionAlone() {
        // R2, R8, cases 52, 72
        try (FakeQemu fake = FakeQemu.responding(got -> List.of())
                        .on("query-status", "{}")
                        .start();
                QmpClient client = open(fake)) {
            CompletableFuture<JsonNode> cancelled = client.execute(QmpCommand.of("a"));
            CompletableFuture<JsonNode> timed = client.execute(QmpCommand.of("b"));
            CompletableFuture<JsonNode> completed = client.execute(QmpCommand.of("c"));
            assertThat(cancelled.cancel(true)).isTrue();
            assertThat(cancelled).isCancelled();
            assertThat(completed.complete(null)).isTrue();
            assertThat(value(completed)).isNull();
            assertThatThrownBy(timed.orTimeout(50, TimeUnit.MILLISECONDS)::get)
                    .hasCauseInstanceOf(TimeoutException.class);
            for (String name : List.of("a", "b", "c")) {
                fake.answer(fake.awaitReceived(name, 1, LONG), Outgoing.reply("\"late\""));
            }
            value(client.execute(STATUS));
            assertThat(client.strayReplies()).isZero();
            assertThat(cancelled).isCancelled();
            assertThat(value(completed)).isNull();
        }
    }

    @Test
    void aCancelledClosedFutureDoesNotEndTheSession() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start()) {
            QmpClient client = open(fake);
            client.closed().cancel(true);
            client.closed().complete(null);
            value(client.execute(STATUS));
            CompletableFuture<Void> closed = client.closed();
            assertThat(closed).isNotDone();
            client.close();
            value(closed);
        }
    }

    @Test
    void aCancelledSchemaFutureLeavesTheOthersAndTheSchemaIsReadOnce() {
        try (FakeQemu fake = FakeQemu.responding(got -> List.of())
                        .on("query-commands", "[\"own copies\"]")
                        .start();
                QmpClient client = open(fake)) {
            CompletableFuture<QmpSchema> cancelled = client.schema();
            CompletableFuture<QmpSchema> kept = client.schema();
            cancelled.cancel(true);
            fake.answer(
                    fake.awaitReceived("query-qmp-schema", 1, LONG),
                    Outgoing.reply("[{\"name\": \"stop\", \"meta-type\": \"command\", \"arg-type\": \"0\"}]"));
            assertThat(value(kept).hasCommand("stop")).isTrue();
            assertThat(value(client.schema())).isSameAs(value(kept));
            assertThat(fake.received()).extracting(ReceivedCommand::name).containsOnlyOnce("query-qmp-schema");
        }
    }

    @Test
    void aConnectThatNobodyWaitsForAnyMoreLeavesTheMonitorFree() {
        // case 5
        CountDownLatch cancelled = new CountDownLatch(1);
        try (FakeQemu fake = FakeQemu.script()
                .greet()
                .expect("qmp_capabilities")
                .pauseUntil(cancelled)
                .reply()
                .silence()
                .nextClient()
                .negotiate()
                .start()) {
            CompletableFuture<QmpClient> given = QmpClient.connect(unix(fake.socket()), QmpOptions.defaults());
            fake.awaitReceived("qmp_capabilities", 1, LONG);
            given.cancel(true);
            cancelled.countDown();
            open(fake).close();
        }
    }

    @Test
    void aReaderThatThrowsFailsItsFutureAndNothingElse() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake)) {
            CompletableFuture<Object> broken = client.execute(STATUS.returning(json -> {
                throw new IllegalStateException("cannot read " + json);
            }));
            assertThat(failure(broken, IllegalStateException.class)).hasMessage("cannot read {}");
            assertThatThrownBy(broken::join).hasRootCauseInstanceOf(IllegalStateException.class);
            failure(broken.thenApply(any -> any).toCompletableFuture(), IllegalStateException.class);
            value(client.execute(STATUS));
        }
    }
}
