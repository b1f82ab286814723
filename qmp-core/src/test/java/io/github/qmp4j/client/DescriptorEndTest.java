package io.github.qmp4j.client;

import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QmpScript;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A descriptor is closed once, however its call ends, and before its future completes (R12, case 84). */
@Timeout(300)
class DescriptorEndTest {
    /** More lines of this length than any socket's buffer holds. */
    private static final int MANY = 200;

    private static final String LONG = "x".repeat(8 << 10);
    private static final QmpCommand<JsonNode> ADD_FD = QmpCommand.of("add-fd");

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.createFile(folder.resolve("passed")).toRealPath();
    }

    @Test
    void whenQemuReplies() throws IOException {
        try (FakeQemu fake = FakeQemu.responding().on("add-fd", "{}").start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            assertThat(client.execute(ADD_FD, descriptor()).join()).isEmpty();
            assertThat(OpenFiles.here(file)).isZero();
        }
    }

    @Test
    void whenQemuRefuses() throws IOException {
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            failure(client.execute(ADD_FD, descriptor())).isInstanceOf(QmpCommandException.class);
        }
    }

    @Test
    void whenNoReplyComes() throws IOException {
        try (FakeQemu fake = silent().start();
                QmpClient client = open(fake, impatient())) {
            failure(client.execute(ADD_FD, descriptor())).isInstanceOf(QmpTimeoutException.class);
        }
    }

    @Test
    void whenItsTimeIsOverBeforeQemuHasReadWhatWasSentBefore() throws IOException {
        CountDownLatch reading = new CountDownLatch(1);
        QmpScript script = FakeQemu.script().negotiate().pauseUntil(reading).respond();
        try (FakeQemu fake = script.on("add-fd", "{}").on("query-status", "{}").start();
                QmpClient client = open(fake, impatient())) {
            List<CompletableFuture<JsonNode>> calls = sendMany(client);
            assertThat(OpenFiles.here(file)).isGreaterThan(MANY / 2);
            allFail(calls, QmpTimeoutException.class);

            reading.countDown();
            // Lines whose descriptor was closed are passed over; the session is whole.
            await().untilAsserted(() -> assertThat(
                            client.execute(QmpCommand.of("query-status")).join())
                    .isEmpty());
            assertThat(fake.received()).hasSizeBetween(2, MANY);
            assertThat(client.strayReplies()).isPositive();
        }
    }

    @Test
    void whenTheSocketWasFullForAWhile() throws IOException {
        CountDownLatch reading = new CountDownLatch(1);
        QmpScript script = FakeQemu.script().negotiate().pauseUntil(reading).respond();
        try (FakeQemu fake = script.on("add-fd", "{}").start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            List<CompletableFuture<JsonNode>> calls = sendMany(client);
            assertThat(OpenFiles.here(file)).isGreaterThan(MANY / 2);
            reading.countDown();
            calls.forEach(CompletableFuture::join);

            assertThat(OpenFiles.here(file)).isZero();
            assertThat(fake.received())
                    .filteredOn(command -> command.name().equals("add-fd"))
                    .extracting(command -> command.arguments().get("fdset-id").asInt())
                    .containsExactlyElementsOf(IntStream.range(0, MANY).boxed().toList());
        }
    }

    @Test
    void whenQemuLeaves() throws IOException {
        try (FakeQemu fake = silent().start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            CompletableFuture<JsonNode> call = client.execute(ADD_FD, descriptor());
            fake.awaitReceived("add-fd", 1, Duration.ofMinutes(2));
            fake.disconnect();
            failure(call).isInstanceOf(QmpDisconnectedException.class);
        }
    }

    @Test
    void whenQemuLeavesWithMostOfItUnsent() throws IOException {
        CountDownLatch leave = new CountDownLatch(1);
        QmpScript script = FakeQemu.script().negotiate().pauseUntil(leave).silence();
        try (FakeQemu fake = script.start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            List<CompletableFuture<JsonNode>> calls = sendMany(client);
            assertThat(OpenFiles.here(file)).isGreaterThan(MANY / 2);
            fake.disconnect();
            // The last ones may find the socket full and be refused.
            allFail(calls, QmpException.class);
            leave.countDown();
        }
    }

    @Test
    void whenTheSessionIsOver() throws IOException {
        try (FakeQemu fake = silent().start()) {
            QmpClient client = open(fake, QmpOptions.defaults());
            client.close();
            failure(client.execute(ADD_FD, descriptor()))
                    .isInstanceOfSatisfying(QmpDisconnectedException.class, e -> assertThat(e.mayHaveReachedQemu())
                            .isFalse());
        }
    }

    @Test
    void whenTooManyCommandsAreInFlight() throws IOException {
        try (FakeQemu fake = silent().start();
                QmpClient client = open(fake, QmpOptions.defaults().withMaxInFlight(1))) {
            client.execute(QmpCommand.of("query-status"));
            failure(client.execute(ADD_FD, descriptor())).hasMessageContaining("already wait");
        }
    }

    @Test
    void whenTheCallerWaitsNoMore() throws IOException {
        CountDownLatch reading = new CountDownLatch(1);
        QmpScript script = FakeQemu.script().negotiate().pauseUntil(reading).respond();
        try (FakeQemu fake = script.on("add-fd", "{}").start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            CompletableFuture<JsonNode> call = client.execute(ADD_FD, descriptor());
            assertThat(call.cancel(false)).isTrue();
            reading.countDown();
            fake.awaitReceived("add-fd", 1, Duration.ofMinutes(2));
            await().untilAsserted(() -> assertThat(OpenFiles.here(file)).isZero());
        }
    }

    /**
     * It is closed when it is sent, while the reply is still to come. Its number goes to the next file then; whatever
     * closed it again, by the reply or by the owner, would close that one.
     */
    @Test
    void onceAndNotAgainWhenItsNumberBelongsToAnotherFile() throws IOException {
        Path other = Files.createFile(folder.resolve("other")).toRealPath();
        try (FakeQemu fake = silent().start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            QmpDescriptor descriptor = descriptor();
            CompletableFuture<JsonNode> call = client.execute(ADD_FD, descriptor);
            ReceivedCommand received = fake.awaitReceived("add-fd", 1, Duration.ofMinutes(2));
            await().untilAsserted(() -> assertThat(OpenFiles.here(file)).isZero());
            assertThat(call).isNotDone();
            List<QmpDescriptor> others = openUntil(other, descriptor.toString());

            fake.answer(received, Outgoing.reply());
            call.join();
            descriptor.close();

            assertThat(OpenFiles.here(other)).isEqualTo(others.size());
            assertThatThrownBy(() -> client.execute(ADD_FD, descriptor))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("sent or closed before");
            others.forEach(QmpDescriptor::close);
            assertThat(OpenFiles.here(other)).isZero();
        }
    }

    /** R1: here the only thread for callbacks waits in one. */
    @Test
    void aCallbackMayWaitForTheReply() throws IOException {
        ExecutorService single = Executors.newSingleThreadExecutor();
        try (FakeQemu fake = FakeQemu.responding().on("add-fd", "{}").start();
                QmpClient client = open(fake, QmpOptions.defaults().withCallbacks(single))) {
            QmpDescriptor second = descriptor();
            CompletableFuture<JsonNode> both = client.execute(ADD_FD, descriptor())
                    .thenApply(done -> client.execute(ADD_FD, second).join());
            assertThat(both.join()).isEmpty();
        } finally {
            single.shutdown();
        }
    }

    @Test
    void withoutACallItIsClosedByItsOwner() throws IOException {
        try (QmpDescriptor descriptor = descriptor()) {
            assertThat(descriptor.toString()).startsWith("descriptor ");
            assertThat(OpenFiles.here(file)).isEqualTo(1);
        }
        assertThat(OpenFiles.here(file)).isZero();
    }

    @Test
    void aFileThatCannotBeOpenedIsSaidAsTheJdkSaysIt() {
        assertThatThrownBy(() -> QmpDescriptor.open(folder.resolve("absent")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("absent");
        assertThatThrownBy(() -> QmpDescriptor.open(folder, StandardOpenOption.WRITE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Is a directory");
        assertThatThrownBy(() -> QmpDescriptor.of(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Why the call failed; the file must not be open any more when it has. */
    private AbstractThrowableAssert<?, ? extends Throwable> failure(CompletableFuture<?> call) {
        AbstractThrowableAssert<?, ? extends Throwable> cause =
                assertThatThrownBy(call::join).cause();
        assertThat(OpenFiles.here(file)).isZero();
        return cause;
    }

    private void allFail(List<CompletableFuture<JsonNode>> calls, Class<? extends Throwable> type) {
        calls.forEach(call -> assertThatThrownBy(call::join).cause().isInstanceOf(type));
        assertThat(OpenFiles.here(file)).isZero();
    }

    private QmpDescriptor descriptor() throws IOException {
        return QmpDescriptor.open(file);
    }

    private List<CompletableFuture<JsonNode>> sendMany(QmpClient client) throws IOException {
        List<CompletableFuture<JsonNode>> calls = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            calls.add(client.execute(ADD_FD.with("fdset-id", i).with("opaque", LONG), descriptor()));
        }
        return calls;
    }

    /** Opens the file again and again, until one of its descriptors has this number. */
    private static List<QmpDescriptor> openUntil(Path file, String number) throws IOException {
        List<QmpDescriptor> all = new ArrayList<>();
        do {
            all.add(QmpDescriptor.open(file));
        } while (!all.get(all.size() - 1).toString().equals(number) && all.size() < MANY);
        assertThat(all.get(all.size() - 1)).hasToString(number);
        return all;
    }

    private static QmpScript silent() {
        return FakeQemu.responding(command -> List.of());
    }

    private static QmpOptions impatient() {
        return QmpOptions.defaults().withCommandTimeout(Duration.ofSeconds(1));
    }
}
