package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Phase;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.QmpScript;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What went wrong is one reason and one sentence (R9); over epoll and over NIO. */
@Timeout(300)
@ParameterizedClass
@ValueSource(booleans = {true, false})
class ConnectErrorTest {
    private final QmpOptions options;

    @TempDir
    Path folder;

    ConnectErrorTest(boolean epoll) {
        options = QmpOptions.defaults().withNativeTransport(epoll).withGreetingTimeout(Duration.ofMillis(300));
    }

    @Test
    void aPathWithNothingThereIsNoSuchSocket() {
        // case 47
        expect(unix(folder.resolve("none")), Phase.CONNECT, Reason.NO_SUCH_SOCKET, "there is no such file");
    }

    @Test
    void aRegularFileIsNoSocket() throws IOException {
        expect(unix(Files.createFile(folder.resolve("file"))), Phase.CONNECT, Reason.NOT_A_SOCKET, "no socket");
    }

    @Test
    void aFolderIsNoSocketAndNorIsADevice() {
        // case 4
        expect(unix(folder), Phase.CONNECT, Reason.NOT_A_SOCKET, "no socket");
        expect(unix(Path.of("/dev/null")), Phase.CONNECT, Reason.NOT_A_SOCKET, "no socket");
    }

    @Test
    void aSocketThatNobodyListensOnIsRefused() throws IOException {
        Path socket = folder.resolve("left");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        expect(unix(socket), Phase.CONNECT, Reason.REFUSED, "the QEMU that made it has ended");
    }

    @Test
    void aTcpPortThatNobodyListensOnIsRefused() throws IOException {
        // case 3
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        expect(new QmpAddress.Tcp("127.0.0.1", port), Phase.CONNECT, Reason.REFUSED, "nothing listens there");
    }

    @Test
    void aPathThatNoSocketAddressHoldsIsRefusedBeforeAnythingIsTried() {
        Path path = folder.resolve("x".repeat(120));
        assertThatThrownBy(() -> unix(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a UNIX socket address holds 107");
    }

    @Test
    void aPeerThatAcceptsAndNeverGreetsIsSilent() {
        // case 6
        expect(FakeQemu.script().silence(), Phase.GREETING, Reason.SILENT, "no greeting within 300 ms");
    }

    @Test
    void aPeerThatSpeaksHtmlIsNoMonitor() {
        // case 32
        expect(FakeQemu.script().raw("<html></html>").silence(), Phase.GREETING, Reason.NOT_QMP, "no QMP monitor");
    }

    @Test
    void aPeerWhoseFirstObjectIsNoGreetingIsNoMonitor() {
        expect(FakeQemu.script().raw("{\"hi\": 1}\n").silence(), Phase.GREETING, Reason.NOT_QMP, "is no greeting");
    }

    @Test
    void aPeerThatClosesAtOnceIsSaidToHaveClosed() {
        // case 30
        expect(FakeQemu.script().disconnect(), Phase.GREETING, Reason.CLOSED, "without a greeting");
    }

    @Test
    void aRefusedNegotiationShowsWhatQemuSays() {
        // case 48
        expect(
                FakeQemu.script().greet().expect("qmp_capabilities").error("GenericError", "not today"),
                Phase.NEGOTIATION,
                Reason.NEGOTIATION_REFUSED,
                "not today");
    }

    @Test
    void aNegotiationThatWasRefusedIsNotSavedByWhatComesWithTheRefusal() {
        expect(
                FakeQemu.script()
                        .greet()
                        .expect("qmp_capabilities")
                        .raw(
                                "{\"error\":{\"class\":\"CommandNotFound\",\"desc\":\"not today\"}}\n{\"return\":{},\"id\":0}\n")
                        .silence(),
                Phase.NEGOTIATION,
                Reason.NEGOTIATION_REFUSED,
                "not today");
    }

    @Test
    void aNegotiationThatIsNeverAnsweredIsFrozen() {
        expect(
                FakeQemu.script().greet().expect("qmp_capabilities").silence(),
                Phase.NEGOTIATION,
                Reason.FROZEN,
                "did not answer qmp_capabilities");
    }

    @Test
    void aPeerThatGreetsAndLeavesIsSaidToHaveClosed() {
        expect(
                FakeQemu.script().greet().expect("qmp_capabilities").disconnect(),
                Phase.NEGOTIATION,
                Reason.CLOSED,
                "it has just ended");
    }

    private void expect(QmpScript script, Phase phase, Reason reason, String words) {
        try (FakeQemu fake = script.start()) {
            expect(unix(fake.socket()), phase, reason, words);
        }
    }

    private void expect(QmpAddress address, Phase phase, Reason reason, String words) {
        QmpConnectException refusal = failure(QmpClient.connect(address, options), QmpConnectException.class);
        assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(reason);
        assertThat(refusal.phase()).isEqualTo(phase);
        if (phase == Phase.CONNECT) {
            assertThat(refusal).hasCauseInstanceOf(IOException.class);
        }
        assertThat(refusal)
                .hasMessageStartingWith("cannot connect to " + address)
                .hasMessageContaining(words);
    }
}
