package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A starting QEMU makes its socket late (R9). */
@Timeout(300)
class WaitForTest {
    @TempDir
    Path folder;

    @Test
    void aSocketThatAppearsInTimeIsConnectedTo() throws IOException {
        QmpAddress address = unix(folder.resolve("qmp.sock"));
        QmpOptions options = QmpOptions.defaults().withWaitFor(ChronoUnit.FOREVER.getDuration());
        CompletableFuture<QmpClient> connecting = QmpClient.connect(address, options);
        await().pollDelay(Duration.ofMillis(150)).until(() -> !connecting.isDone());

        // What a crashed QEMU has left counts as not there yet.
        Path left = folder.resolve("qmp.sock");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(left))
                .close();
        await().pollDelay(Duration.ofMillis(150)).until(() -> !connecting.isDone());
        Files.delete(left);

        try (FakeQemu fake = FakeQemu.script().negotiate().startAt(left)) {
            value(connecting).close();
            fake.verify();
        }
    }

    /** As it looks over NIO when the file comes between the connect and the look at it; who holds it is not to be seen. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSocketOfWhichNobodyIsSeenToBeTheHolderIsTriedAgain(boolean epoll) throws IOException {
        Path bound = folder.resolve("bound");
        Path renamed = folder.resolve("qmp.sock");
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(bound), 1);
            for (int i = 0; i < 2; i++) {
                waiting.add(SocketChannel.open(UnixDomainSocketAddress.of(bound)));
            }
            Files.move(bound, renamed); // the table of the holders has the old name
            QmpOptions options = QmpOptions.defaults()
                    .withWaitFor(ChronoUnit.FOREVER.getDuration())
                    .withNativeTransport(epoll);
            CompletableFuture<QmpClient> connecting = QmpClient.connect(unix(renamed), options);
            await().pollDelay(Duration.ofMillis(150)).until(() -> !connecting.isDone());

            Files.delete(renamed);
            try (FakeQemu fake = FakeQemu.script().negotiate().startAt(renamed)) {
                value(connecting).close();
                fake.verify();
            }
        } finally {
            for (SocketChannel each : waiting) {
                each.close();
            }
        }
    }

    @Test
    void aSocketThatNeverAppearsFailsWhenTheTimeIsUpAndNotBefore() {
        long start = System.nanoTime();
        QmpOptions options = QmpOptions.defaults().withWaitFor(Duration.ofMillis(300));
        QmpConnectException refusal =
                failure(QmpClient.connect(unix(folder.resolve("none")), options), QmpConnectException.class);
        assertThat(refusal.reason()).isEqualTo(Reason.NO_SUCH_SOCKET);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void whatWaitingCannotMendFailsAtOnce() {
        QmpOptions options = QmpOptions.defaults().withWaitFor(Duration.ofHours(1));
        assertThat(failure(QmpClient.connect(unix(folder), options), QmpConnectException.class)
                        .reason())
                .isEqualTo(Reason.NOT_A_SOCKET);
    }
}
