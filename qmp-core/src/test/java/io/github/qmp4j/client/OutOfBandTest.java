package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.ReceivedCommand;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(300)
class OutOfBandTest {
    private static final QmpOptions OUT_OF_BAND = QmpOptions.defaults().withOutOfBand(true);
    private static final QmpCommand<JsonNode> SLOW = QmpCommand.of("slow");
    private static final QmpCommand<JsonNode> URGENT = QmpCommand.of("urgent");

    /** A fake that answers out-of-band commands, and leaves the others to the test. */
    private static FakeQemu patient() {
        return FakeQemu.responding(command -> command.oob() ? List.of(Outgoing.reply()) : List.of())
                .start();
    }

    private static List<CompletableFuture<JsonNode>> slow(QmpClient client, int count) {
        return IntStream.range(0, count).mapToObj(i -> client.execute(SLOW)).toList();
    }

    private static List<ReceivedCommand> slowOnes(FakeQemu fake) {
        return fake.received().stream()
                .filter(command -> command.name().equals("slow"))
                .toList();
    }

    @Test
    void atMostEightInBandCommandsAreWithQemuAndTheOutOfBandLaneIsFree() {
        // R6
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, OUT_OF_BAND)) {
            List<CompletableFuture<JsonNode>> waiting = slow(client, 20);
            fake.awaitReceived("slow", 8, LONG);
            value(client.executeOob(URGENT));
            assertThat(slowOnes(fake)).hasSize(8);

            // Each reply lets the next one go, in order.
            for (int i = 0; i < 20; i++) {
                fake.answer(fake.awaitReceived("slow", i + 1, LONG), Outgoing.reply("{\"n\": " + i + "}"));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(value(waiting.get(i)).path("n").asInt()).isEqualTo(i);
            }
        }
    }

    @Test
    void aCommandThatTimesOutBeforeItsTurnIsNeverSentAndOneThatTimesOutWithQemuKeepsItsPlace() {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, OUT_OF_BAND)) {
            List<CompletableFuture<JsonNode>> first = slow(client, 7);
            CompletableFuture<JsonNode> impatient = client.execute(SLOW, Duration.ofMillis(200));
            CompletableFuture<JsonNode> behind = client.execute(URGENT, Duration.ofMillis(200));
            assertThat(failure(impatient, QmpTimeoutException.class)).hasMessageContaining("may still execute it");
            assertThat(failure(behind, QmpTimeoutException.class)).hasMessageContaining("never sent");

            CompletableFuture<JsonNode> last = client.execute(URGENT);
            value(client.executeOob(URGENT));
            assertThat(fake.received())
                    .filteredOn(command -> !command.oob() && command.name().equals("urgent"))
                    .isEmpty();

            // The late reply frees the place.
            fake.answer(fake.awaitReceived("slow", 8, LONG), Outgoing.reply());
            fake.answer(fake.awaitReceived("urgent", 2, LONG), Outgoing.reply());
            value(last);
            assertThat(client.strayReplies()).isEqualTo(1);
            assertThat(first).noneMatch(CompletableFuture::isDone);
        }
    }

    @Test
    void whatWaitsForItsTurnWhenTheSessionEndsIsProvedUnsent() {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, OUT_OF_BAND)) {
            List<CompletableFuture<JsonNode>> waiting = slow(client, 9);
            fake.awaitReceived("slow", 8, LONG);
            fake.disconnect();
            assertThat(failure(waiting.get(7), QmpDisconnectedException.class).mayHaveReachedQemu())
                    .isTrue();
            assertThat(failure(waiting.get(8), QmpDisconnectedException.class).mayHaveReachedQemu())
                    .isFalse();
        }
    }

    @Test
    void outOfBandHasToBeAskedForAndOffered() {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake)) {
            assertThat(failure(client.executeOob(URGENT), QmpException.class))
                    .hasMessageContaining("QmpOptions.outOfBand");
        }
        try (FakeQemu old = FakeQemu.script()
                .raw(
                        "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 2, \"minor\": 0, \"micro\": 0}, \"package\": \"\"},"
                                + " \"capabilities\": []}}\n")
                .silence()
                .start()) {
            CompletableFuture<QmpClient> refused = QmpClient.connect(new QmpAddress.Unix(old.socket()), OUT_OF_BAND);
            assertThat(failure(refused, QmpConnectException.class).reason())
                    .isEqualTo(QmpConnectException.Reason.NEGOTIATION_REFUSED);
        }
    }

    /** Every QEMU has the first one, and refuses it where nothing is migrated. */
    private static void overtakes(QmpClient client, boolean yanks) {
        assertThat(failure(client.executeOob(QmpCommand.of("migrate-pause")), QmpCommandException.class)
                        .errorClass())
                .isEqualTo("GenericError");
        if (yanks) {
            assertThat(value(client.executeOob(QmpCommand.of("query-yank"))).isArray())
                    .isTrue();
        }
    }

    @Test
    void onARealQemuItOvertakesACommandThatBlocksTheMainLoop() throws IOException, InterruptedException {
        // cases 23, 24, 25: opening this node waits for whoever writes to the pipe.
        List<String> finished = new CopyOnWriteArrayList<>();
        QmpObserver inOrder = new QmpObserver() {
            @Override
            public void commandFinished(String command, Outcome outcome, Duration took) {
                finished.add(command + " " + outcome);
            }

            @Override
            public void lateReply() {
                finished.add("nobody's");
            }
        };
        QmpOptions options = QmpOptions.defaults().withOutOfBand(true).withObservers(List.of(inOrder));
        try (TempFolder folder = TempFolder.create("qmp4j-oob");
                RealQemu qemu = RealQemu.builder().machine("none").start();
                Injector between = new Injector(qemu.monitor());
                QmpClient client = value(QmpClient.connect(new QmpAddress.Unix(between.socket()), options))) {
            boolean yanks = qemu.knows("query-yank");
            Path pipe = folder.resolve("pipe");
            assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                    .isZero();
            CompletableFuture<JsonNode> blocked = client.execute(QmpCommand.of("blockdev-add")
                    .with("driver", "blkdebug")
                    .with("node-name", "b")
                    .with("config", pipe.toString())
                    .with("image", java.util.Map.of("driver", "null-co")));
            overtakes(client, yanks);
            between.inject("{'id': 'in band, but no command'}\n".getBytes(StandardCharsets.UTF_8));
            CompletableFuture<JsonNode> behind = client.execute(QmpCommand.of("query-name"));
            overtakes(client, yanks);
            assertThat(failure(client.executeOob(QmpCommand.of("query-status")), QmpCommandException.class))
                    .hasMessageContaining("query-status");
            assertThat(blocked).isNotDone();
            assertThat(behind).isNotDone();

            Files.writeString(pipe, "");
            value(blocked);
            value(behind);
            assertThat(finished)
                    .filteredOn(each -> !each.startsWith("migrate-pause") && !each.startsWith("query-yank"))
                    .containsExactly("query-status ERROR", "blockdev-add OK", "nobody's", "query-name OK");
        }
    }
}
