package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With out-of-band enabled a command with a descriptor is alone with QEMU, which would take another's descriptor (R12). */
@Timeout(300)
class DescriptorTurnTest {
    private static final QmpCommand<JsonNode> ADD_FD = QmpCommand.of("add-fd");
    private static final QmpCommand<JsonNode> SLOW = QmpCommand.of("slow");
    private static final QmpCommand<JsonNode> BEHIND = QmpCommand.of("behind");

    /** Named so that it has the long default time-out. */
    private static final QmpCommand<JsonNode> URGENT = QmpCommand.of("job-urgent");

    private static final Duration FOREVER = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.createFile(folder.resolve("passed")).toRealPath();
    }

    @Test
    void itWaitsForAllBeforeItAndAllBehindItWaitForItsReply() throws IOException {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, outOfBand(FOREVER))) {
            client.execute(SLOW);
            client.execute(SLOW);
            CompletableFuture<JsonNode> first = client.execute(ADD_FD, QmpDescriptor.open(file));
            CompletableFuture<JsonNode> second = client.execute(ADD_FD, QmpDescriptor.open(file));
            client.execute(BEHIND);

            fake.answer(fake.awaitReceived("slow", 1, LONG), Outgoing.reply());
            assertThat(sent(client, fake)).containsExactly("slow", "slow");
            fake.answer(fake.awaitReceived("slow", 2, LONG), Outgoing.reply());
            ReceivedCommand one = fake.awaitReceived("add-fd", 1, LONG);
            assertThat(sent(client, fake)).containsExactly("slow", "slow", "add-fd");
            fake.answer(one, Outgoing.reply("1"));
            assertThat(value(first).asInt()).isEqualTo(1);
            ReceivedCommand two = fake.awaitReceived("add-fd", 2, LONG);
            assertThat(sent(client, fake)).containsExactly("slow", "slow", "add-fd", "add-fd");
            fake.answer(two, Outgoing.error("GenericError", "no"));
            assertThat(second).failsWithin(LONG);
            fake.awaitReceived("behind", 1, LONG);
        }
    }

    @Test
    void whenItsTimeIsOverWithQemuTheOthersStillWaitForItsReply() throws IOException {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, outOfBand(Duration.ofMillis(200)))) {
            CompletableFuture<JsonNode> late = client.execute(ADD_FD, QmpDescriptor.open(file));
            assertThat(failure(late, QmpTimeoutException.class)).hasMessageContaining("may still execute it");
            CompletableFuture<JsonNode> behind = client.execute(BEHIND, FOREVER);
            assertThat(sent(client, fake)).containsExactly("add-fd");

            fake.answer(fake.awaitReceived("add-fd", 1, LONG), Outgoing.reply());
            fake.answer(fake.awaitReceived("behind", 1, LONG), Outgoing.reply());
            value(behind);
            assertThat(client.strayReplies()).isEqualTo(1);
        }
    }

    @Test
    void whenItsTimeIsOverBeforeItsTurnItIsClosedAndTheOthersGo() throws IOException {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, outOfBand(Duration.ofMillis(200)))) {
            client.execute(SLOW, FOREVER);
            CompletableFuture<JsonNode> late = client.execute(ADD_FD, QmpDescriptor.open(file));
            client.execute(BEHIND, FOREVER);
            assertThat(failure(late, QmpTimeoutException.class)).hasMessageContaining("never sent");
            assertThat(OpenFiles.here(file)).isZero();

            fake.awaitReceived("behind", 1, LONG);
            assertThat(sent(client, fake)).containsExactly("slow", "behind");
        }
    }

    @Test
    void whenItsTimeIsOverBeforeTheSocketTakesItTheOthersGo() throws IOException {
        CountDownLatch reading = new CountDownLatch(1);
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .pauseUntil(reading)
                        .respond()
                        .on("behind", "{}")
                        .start();
                QmpClient client = open(fake, outOfBand(Duration.ofMillis(500)))) {
            // More than any socket's buffer holds.
            client.executeOob(URGENT.with("text", "x".repeat(4 << 20)));
            CompletableFuture<JsonNode> late = client.execute(ADD_FD, QmpDescriptor.open(file));
            CompletableFuture<JsonNode> behind = client.execute(BEHIND, FOREVER);
            failure(late, QmpTimeoutException.class);
            assertThat(OpenFiles.here(file)).isZero();

            reading.countDown();
            assertThat(value(behind)).isEmpty();
            assertThat(fake.received()).extracting(ReceivedCommand::name).doesNotContain("add-fd");
        }
    }

    @Test
    void whenTheSessionEndsBeforeItsTurnItIsClosedAndProvedUnsent() throws IOException {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, outOfBand(FOREVER))) {
            client.execute(SLOW);
            CompletableFuture<JsonNode> waiting = client.execute(ADD_FD, QmpDescriptor.open(file));
            CompletableFuture<JsonNode> behind = client.execute(BEHIND);
            fake.awaitReceived("slow", 1, LONG);
            assertThat(OpenFiles.here(file)).isEqualTo(1);
            fake.disconnect();
            for (CompletableFuture<JsonNode> each : List.of(waiting, behind)) {
                assertThat(failure(each, QmpDisconnectedException.class).mayHaveReachedQemu())
                        .isFalse();
            }
            assertThat(OpenFiles.here(file)).isZero();
        }
    }

    @Test
    void oneThatTheKernelDoesNotPassHoldsUpNobody() {
        try (FakeQemu fake = patient();
                QmpClient client = open(fake, outOfBand(FOREVER))) {
            client.execute(SLOW);
            CompletableFuture<JsonNode> bad = client.execute(ADD_FD, QmpDescriptor.of(1_000_000));
            client.execute(BEHIND);
            client.execute(BEHIND);
            fake.answer(fake.awaitReceived("slow", 1, LONG), Outgoing.reply());
            assertThat(bad).failsWithin(LONG);
            fake.awaitReceived("behind", 2, LONG);
            assertThat(sent(client, fake)).containsExactly("slow", "behind", "behind");
        }
    }

    /** What QEMU has got in band; the reply to an out-of-band command proves that there is no more on its way. */
    private static List<String> sent(QmpClient client, FakeQemu fake) {
        value(client.executeOob(URGENT));
        return fake.received().stream()
                .filter(command -> !command.oob())
                .map(ReceivedCommand::name)
                .filter(name -> !name.equals("qmp_capabilities"))
                .toList();
    }

    /** Answers out-of-band commands, and leaves the others to the test. */
    private static FakeQemu patient() {
        return FakeQemu.responding(command -> command.oob() ? List.of(Outgoing.reply()) : List.of())
                .start();
    }

    private static QmpOptions outOfBand(Duration timeout) {
        return QmpOptions.defaults().withOutOfBand(true).withCommandTimeout(timeout);
    }
}
