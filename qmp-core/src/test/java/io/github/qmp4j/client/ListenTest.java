package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.TlsOptions;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

/** QEMU connects to us. The scripted peers are plain sockets that a test writes to. */
@QemuVersions
@Timeout(60)
class ListenTest {
    private static final String GREETING =
            "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":22,\"minor\":2,\"major\":7},\"package\":\"\"},\"capabilities\":[]}}\n";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void QEMU_connects_to_us_and_connects_again_when_its_session_ends(boolean nativeTransport) throws Exception {
        // cases 10, 28
        QmpOptions options = QmpOptions.with(o -> o.nativeTransport = nativeTransport);
        Path socket = folder.resolve("vm.qmp");
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), options);
                RealQemu qemu = connecting("path=" + socket)) {
            QmpClient first = Outcomes.value(listener.accept());
            assertThat(status(first)).isEqualTo("prelaunch");
            CompletableFuture<QmpClient> next = listener.accept();
            first.close();
            QmpClient second = Outcomes.value(next);
            assertThat(second).isNotSameAs(first);
            assertThat(status(second)).isEqualTo("prelaunch");
            qemu.kill();
            Outcomes.failure(second.closed(), QmpException.class);
        }
    }

    @Test
    void QEMU_connects_over_TCP_before_anybody_accepts_it() throws Exception {
        int port = freePort();
        QmpListener listener = QmpClient.listen(new QmpAddress.Tcp("127.0.0.1", port), QmpOptions.defaults());
        try (RealQemu qemu = connecting("host=127.0.0.1,port=" + port)) {
            await().until(() ->
                    qemu.oracle().execute("query-chardev").toString().contains("<->"));
            QmpClient client = Outcomes.value(listener.accept());
            listener.close();
            // A session that was accepted outlives its listener.
            assertThat(status(client)).isEqualTo("prelaunch");
            client.close();
        }
    }

    @Test
    void QEMU_connects_with_TLS_and_shows_its_certificate() throws Exception {
        int port = freePort();
        Certificates ca = Certificates.create();
        TlsOptions tls = TlsOptions.server(ca.server(folder.resolve("ours"), "127.0.0.1"));
        Path theirs = ca.client(folder.resolve("theirs"));
        try (QmpListener listener =
                        QmpClient.listen(new QmpAddress.Tcp("127.0.0.1", port).with(tls), QmpOptions.defaults());
                RealQemu qemu = connectingWith(theirs, port)) {
            QmpClient client = Outcomes.value(listener.accept());
            assertThat(status(client)).isEqualTo("prelaunch");
            client.close();
            assertThat(qemu.process().isAlive()).isTrue();
        }
    }

    @Test
    void a_QEMU_with_a_certificate_of_another_CA_gets_no_session() throws Exception {
        int port = freePort();
        Certificates ca = Certificates.create();
        TlsOptions tls = TlsOptions.server(ca.server(folder.resolve("ours"), "127.0.0.1"));
        Path theirs = Certificates.create().client(folder.resolve("theirs"));
        // It trusts us, so that it is for us to refuse.
        String ours = Files.readString(folder.resolve("ours").resolve("ca-cert.pem"));
        Files.writeString(theirs.resolve("ca-cert.pem"), ours, StandardOpenOption.APPEND);
        try (QmpListener listener =
                        QmpClient.listen(new QmpAddress.Tcp("127.0.0.1", port).with(tls), QmpOptions.defaults());
                RealQemu wrong = connectingWith(theirs, port)) {
            CompletableFuture<QmpClient> accepted = listener.accept();
            try (RealQemu right = connectingWith(ca.client(folder.resolve("right")), port)) {
                String name = right.oracle().execute("query-version").toString();
                assertThat(name).isNotEmpty();
                QmpClient client = Outcomes.value(accepted);
                // Only the right one can be at the other end: it is the one that ends with the session.
                right.kill();
                Outcomes.failure(client.closed(), QmpException.class);
                assertThat(wrong.process().isAlive()).isTrue();
            }
        }
    }

    @Test
    void the_socket_belongs_to_its_user_alone_and_goes_with_the_listener() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        listener.close();
        assertThat(socket).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_path_that_is_taken_is_refused_and_left_as_it_is(boolean nativeTransport) throws Exception {
        // case 9
        Path file = Files.writeString(folder.resolve("vm.qmp"), "kept");
        QmpOptions options = QmpOptions.with(o -> o.nativeTransport = nativeTransport);
        assertThatThrownBy(() -> QmpClient.listen(new QmpAddress.Unix(file), options))
                .isInstanceOfSatisfying(
                        QmpConnectException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ADDRESS_IN_USE))
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("kept");
    }

    @Test
    void a_folder_that_is_not_there_is_named() {
        // case 9
        Path socket = folder.resolve("none").resolve("vm.qmp");
        assertThatThrownBy(() -> QmpClient.listen(new QmpAddress.Unix(socket), QmpOptions.defaults()))
                .isInstanceOf(QmpConnectException.class)
                .hasMessageContaining(socket.toString());
    }

    @Test
    void whoever_waits_is_told_that_listening_is_over() {
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
    void peers_that_are_no_QEMU_hold_up_nobody() throws Exception {
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
    void each_caller_gets_a_session_of_its_own_and_one_that_gave_up_gets_none() throws Exception {
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
    void sessions_that_ended_while_nobody_accepted_them_make_room() throws Exception {
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
    void what_nobody_accepts_is_bounded() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        List<SocketChannel> kept = new ArrayList<>();
        // The one too many is not to be taken for one that takes too long.
        QmpOptions patient = QmpOptions.with(o -> o.greetingTimeout = Duration.ofMinutes(10));
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), patient)) {
            for (int i = 0; i < 16; i++) {
                kept.add(greeting(socket));
            }
            try (SocketChannel tooMany = peer(socket)) {
                assertThat(tooMany.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
            Outcomes.value(listener.accept()).close();
            greeting(socket).close();
        } finally {
            for (SocketChannel each : kept) {
                each.close();
            }
        }
    }

    private static String status(QmpClient client) throws Exception {
        return Outcomes.value(client.execute(QmpCommand.of("query-status")))
                .path("status")
                .asText();
    }

    private static RealQemu connecting(String where) {
        return RealQemu.builder()
                .machine("none")
                .arguments("-chardev", "socket,id=ours,server=off," + reconnecting() + "," + where)
                .arguments("-mon", "chardev=ours,mode=control")
                .start();
    }

    private static RealQemu connectingWith(Path certificates, int port) {
        return RealQemu.builder()
                .machine("none")
                .arguments("-object", "tls-creds-x509,id=tls0,endpoint=client,verify-peer=on,dir=" + certificates)
                .arguments(
                        "-chardev",
                        "socket,id=ours,server=off," + reconnecting() + ",tls-creds=tls0,host=127.0.0.1,port=" + port)
                .arguments("-mon", "chardev=ours,mode=control")
                .start();
    }

    /** How a chardev is told to connect again: the one word went before 11.1, the other came with 9.2. */
    private static String reconnecting() {
        try (RealQemu any = RealQemu.builder().machine("none").start()) {
            return any.knows("chardev-add/arg/backend/data/reconnect-ms") ? "reconnect-ms=1000" : "reconnect=1";
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
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
        ByteBuffer command = ByteBuffer.allocate(1000);
        while (command.position() == 0 || command.get(command.position() - 1) != '\n') {
            assertThat(channel.read(command)).isPositive();
        }
        send(channel, "{\"return\":{},\"id\":0}\n");
        return channel;
    }

    private static void send(SocketChannel channel, String text) throws Exception {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
}
