package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that connect to us: plain sockets that a test writes to. */
@Timeout(300)
class ListenerTest {
    private static final String GREETING =
            "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":22,\"minor\":2,\"major\":7},\"package\":\"\"},\"capabilities\":[]}}\n";

    @TempDir
    private Path folder;

    @Test
    void theSocketBelongsToItsUserAloneAndGoesWithTheListener() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        listener.close();
        assertThat(socket).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPathThatIsTakenIsRefusedAndLeftAsItIs(boolean nativeTransport) throws Exception {
        // case 9
        Path file = Files.writeString(folder.resolve("vm.qmp"), "kept");
        QmpOptions options = QmpOptions.defaults().withNativeTransport(nativeTransport);
        assertThatThrownBy(() -> QmpClient.listen(new QmpAddress.Unix(file), options))
                .isInstanceOfSatisfying(
                        QmpConnectException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ADDRESS_IN_USE))
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("kept");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        // case 9
        Path socket = folder.resolve("none").resolve("vm.qmp");
        assertThatThrownBy(() -> QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults()))
                .isInstanceOf(QmpConnectException.class)
                .hasMessageContaining(socket.toString());
    }

    @Test
    void whoeverWaitsIsToldThatListeningIsOver() {
        // case 9
        QmpListener listener = QmpClient.listen(new QmpAddress.Unix(folder.resolve("vm.qmp")), QmpOptions.defaults());
        CompletableFuture<QmpClient> before = listener.accept();
        listener.close();
        listener.close();
        for (CompletableFuture<QmpClient> each : List.of(before, listener.accept())) {
            assertThat(Outcomes.failure(each, QmpException.class)).hasMessageContaining("listening at");
        }
    }

    /** A port scanner, a silent peer and one that is no QMP must not keep QEMU out. */
    @Test
    void peersThatAreNoQemuHoldUpNobody() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults());
                SocketChannel silent = peer(socket);
                SocketChannel babbling = peer(socket)) {
            peer(socket).close();
            send(babbling, "SSH-2.0-OpenSSH\n");
            CompletableFuture<QmpClient> accepted = listener.accept();
            try (SocketChannel qemu = greeting(socket)) {
                Outcomes.value(accepted).close();
                assertThat(qemu.isOpen()).isTrue();
            }
            assertThat(silent.isOpen()).isTrue();
        }
    }

    @Test
    void eachCallerGetsASessionOfItsOwnAndOneThatGaveUpGetsNone() throws Exception {
        // case 9
        Path socket = folder.resolve("vm.qmp");
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults())) {
            CompletableFuture<QmpClient> first = listener.accept();
            CompletableFuture<QmpClient> gaveUp = listener.accept();
            CompletableFuture<QmpClient> third = listener.accept();
            gaveUp.cancel(false);
            try (SocketChannel one = greeting(socket);
                    SocketChannel two = greeting(socket)) {
                assertThat(Outcomes.value(first)).isNotSameAs(Outcomes.value(third));
                assertThat(gaveUp).isCancelled();
                assertThat(List.of(one, two)).allMatch(SocketChannel::isOpen);
                first.join().close();
                third.join().close();
            }
        }
    }

    @Test
    void sessionsThatEndedWhileNobodyAcceptedThemMakeRoom() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults())) {
            for (int i = 0; i < 40; i++) {
                try (SocketChannel gone = greeting(socket)) {
                    gone.shutdownOutput();
                    assertThat(gone.read(ByteBuffer.allocate(1)))
                            .as("session %d", i)
                            .isEqualTo(-1);
                }
            }
            SocketChannel here = greeting(socket);
            await().until(() -> Outcomes.value(listener.accept()).state() == ConnectionState.RUNNING);
            here.close();
        }
    }

    /** R6. */
    @Test
    void whatNobodyAcceptsIsBoundedAndWhoComesThenWaitsInTheQueue() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        List<SocketChannel> kept = new ArrayList<>();
        // The ones that wait are not to be taken for ones that take too long.
        QmpOptions patient = QmpOptions.defaults().withGreetingTimeout(Duration.ofMinutes(10));
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), patient)) {
            for (int i = 0; i < 16; i++) {
                kept.add(greeting(socket));
            }
            for (int i = 0; i < 5; i++) {
                SocketChannel waits = peer(socket);
                kept.add(waits);
                send(waits, GREETING);
            }
            for (int i = 0; i < 16; i++) {
                Outcomes.value(listener.accept()).close();
            }
            for (SocketChannel waits : kept.subList(16, kept.size())) {
                answerNegotiation(waits);
                Outcomes.value(listener.accept()).close();
            }
        } finally {
            for (SocketChannel each : kept) {
                each.close();
            }
        }
    }

    /** Nothing is read of who waits, and nothing is closed, until one of the silent ones has had its time. */
    @Test
    void silentPeersMakeNewcomersWaitAndCloseNoneOfThem() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        List<SocketChannel> silent = new ArrayList<>();
        QmpOptions patient = QmpOptions.defaults().withGreetingTimeout(Duration.ofMinutes(10));
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), patient)) {
            for (int i = 0; i < 16; i++) {
                silent.add(peer(socket));
            }
            List<SocketChannel> late = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                late.add(peer(socket));
                silent.add(late.get(i));
                send(late.get(i), GREETING);
            }
            silent.get(3).close();
            for (SocketChannel each : late) {
                answerNegotiation(each);
                Outcomes.value(listener.accept()).close();
            }
        } finally {
            for (SocketChannel each : silent) {
                each.close();
            }
        }
    }

    @Test
    void theSocketOfAnotherServerIsLeftWhereItIs() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults());
        Files.delete(socket);
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(socket));
            listener.close();
            assertThat(socket).exists();
            peer(socket).close();
        }
    }

    private static SocketChannel peer(Path socket) throws Exception {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    /** A peer that greets, and answers the negotiation. */
    private static SocketChannel greeting(Path socket) throws Exception {
        SocketChannel channel = peer(socket);
        send(channel, GREETING);
        answerNegotiation(channel);
        return channel;
    }

    private static void answerNegotiation(SocketChannel channel) throws Exception {
        ByteBuffer command = ByteBuffer.allocate(1000);
        while (command.position() == 0 || command.get(command.position() - 1) != '\n') {
            assertThat(channel.read(command)).isPositive();
        }
        send(channel, "{\"return\":{},\"id\":0}\n");
    }

    private static void send(SocketChannel channel, String text) throws Exception {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
