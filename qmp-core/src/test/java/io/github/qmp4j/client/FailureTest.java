package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What fails says what it was, with a stack trace of its own; and what gives a future does not wait for it (R5). */
@Timeout(300)
class FailureTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");
    private static final QmpCommand<JsonNode> STOP = QmpCommand.of("stop");

    @TempDir
    private Path folder;

    @Test
    void eachFailureNamesItsCommandAndHasAStackTraceOfItsOwn() {
        QmpOptions options = QmpOptions.defaults().withMaxInFlight(3);
        try (FakeQemu fake = FakeQemu.responding(got -> List.of())
                        .on("query-status", got -> List.of(Outgoing.error("GenericError", "QEMU's own sentence")))
                        .start();
                QmpClient client = open(fake, options)) {
            List<QmpCommandException> refused = List.of(
                    failure(client.execute(STATUS), QmpCommandException.class),
                    failure(client.execute(STATUS), QmpCommandException.class));
            assertThat(refused).allSatisfy(each -> assertThat(each)
                    .hasMessage("QEMU refused query-status: QEMU's own sentence (GenericError)"));
            List<QmpTimeoutException> late = List.of(
                    failure(client.execute(STOP, Duration.ofMillis(10)), QmpTimeoutException.class),
                    failure(client.execute(STOP, Duration.ofMillis(10)), QmpTimeoutException.class));
            List<CompletableFuture<JsonNode>> waiting =
                    List.of(client.execute(STOP), client.execute(STOP), client.execute(STOP));
            List<QmpException> tooMany = List.of(
                    failure(client.execute(STOP), QmpException.class),
                    failure(client.execute(STOP), QmpException.class));
            fake.awaitReceived("stop", 5, LONG);
            fake.disconnect();
            List<QmpDisconnectedException> lost = waiting.stream()
                    .map(each -> failure(each, QmpDisconnectedException.class))
                    .toList();
            for (List<? extends QmpException> kind : List.of(refused, late, tooMany, lost)) {
                assertThat(kind).allSatisfy(each -> assertThat(each).hasMessageMatching(".*(query-status|stop).*"));
                assertThat(kind).allMatch(each -> each.getStackTrace().length > 1);
                assertThat(kind).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void nothingThatGivesAFutureWaitsForThePeer() {
        CountDownLatch returned = new CountDownLatch(1);
        QmpOptions options = QmpOptions.defaults().withOutOfBand(true);
        try (FakeQemu frozen = FakeQemu.frozen();
                FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .pauseUntil(returned)
                        .respond()
                        .on("query-status", "{}")
                        .start();
                QmpListener listener =
                        QmpClient.listen(new QmpAddress.Unix(folder.resolve("vm.qmp")), QmpOptions.defaults());
                QmpClient client = open(fake, options)) {
            // A wait would end at once, and clear this flag.
            Thread.currentThread().interrupt();
            List<CompletableFuture<?>> given = List.of(
                    client.execute(STATUS),
                    client.execute(STATUS, LONG),
                    client.executeOob(STATUS),
                    client.executeAndAwait(STATUS, EventFilter.all()),
                    client.schema(),
                    client.health(LONG),
                    client.closed(),
                    client.subscribe(EventFilter.all(), event -> {}).ended(),
                    listener.accept(),
                    QmpClient.connect(unix(frozen.socket()), QmpOptions.defaults()));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(given).noneMatch(CompletableFuture::isDone);
            // The peer reads and answers only after all of these have returned.
            returned.countDown();
            value(given.get(0));
        }
    }
}
