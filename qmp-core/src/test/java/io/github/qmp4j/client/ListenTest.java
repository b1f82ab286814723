package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.TlsOptions;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU connects to us. */
@QemuVersions
@Timeout(300)
class ListenTest {
    /** QEMU 7.2 died in about a third of them when its connection was closed at once. */
    private static final int ROUNDS = 15;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void qemuConnectsToUsAndConnectsAgainWhenItsSessionEnds(boolean nativeTransport) throws Exception {
        // cases 10, 28
        QmpOptions options = QmpOptions.defaults().withNativeTransport(nativeTransport);
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

    /** A QEMU 7.2 that is starting can die of a connection that is taken and closed at once. */
    @Test
    void qemuThatFindsTheListenerFullStartsAndHasItsTurnLater() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        List<SocketChannel> silent = new ArrayList<>();
        QmpOptions patient = QmpOptions.defaults().withGreetingTimeout(Duration.ofMinutes(10));
        try (QmpListener listener = QmpClient.listen(new QmpAddress.Unix(socket), patient)) {
            for (int i = 0; i < 16; i++) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(socket));
                silent.add(channel);
            }
            for (int round = 0; round < ROUNDS; round++) {
                try (RealQemu qemu = connecting("path=" + socket)) {
                    qemu.oracle().execute("query-status");
                    if (round == ROUNDS - 1) {
                        CompletableFuture<QmpClient> accepted = listener.accept();
                        for (SocketChannel each : silent) {
                            each.close();
                        }
                        // Those of the rounds before have ended, and answer no negotiation.
                        try (QmpClient client = Outcomes.value(accepted)) {
                            assertThat(status(client)).isEqualTo("prelaunch");
                        }
                    }
                    assertThat(qemu.process().isAlive()).isTrue();
                }
            }
        } finally {
            for (SocketChannel each : silent) {
                each.close();
            }
        }
    }

    @Test
    void qemuConnectsOverTcpBeforeAnybodyAcceptsIt() throws Exception {
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
    void qemuConnectsWithTlsAndShowsItsCertificate() throws Exception {
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
    void aQemuWithACertificateOfAnotherCaGetsNoSession() throws Exception {
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

    private static String status(QmpClient client) throws Exception {
        return Outcomes.value(client.execute(QmpCommand.of("query-status")))
                .path("status")
                .asText();
    }

    private static RealQemu connecting(String where) {
        return RealQemu.builder()
                .machine("none")
                .arguments("-chardev", "socket,id=ours,server=off," + reconnecting() + "," + where)
                .arguments("-qmp", "chardev:ours")
                .start();
    }

    private static RealQemu connectingWith(Path certificates, int port) {
        return RealQemu.builder()
                .machine("none")
                .arguments("-object", "tls-creds-x509,id=tls0,endpoint=client,verify-peer=on,dir=" + certificates)
                .arguments(
                        "-chardev",
                        "socket,id=ours,server=off," + reconnecting() + ",tls-creds=tls0,host=127.0.0.1,port=" + port)
                .arguments("-qmp", "chardev:ours")
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
}
