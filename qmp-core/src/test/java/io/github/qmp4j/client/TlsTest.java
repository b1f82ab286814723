package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Phase;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.TlsOptions;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real QEMU with one monitor behind tls-creds-x509 and one plain one, both on TCP. */
@QemuVersions
@Timeout(300)
class TlsTest {
    private static final String IP = "127.0.0.1";
    private static final QmpOptions HASTY = QmpOptions.defaults().withGreetingTimeout(Duration.ofSeconds(5));

    @TempDir
    private static Path folder;

    private static Certificates ours;
    private RealQemu qemu;
    private int securePort;
    private int plainPort;

    @BeforeAll
    static void certify() throws Exception {
        ours = Certificates.create();
        ours.server(folder.resolve("server"), IP);
        ours.client(folder.resolve("client"));
    }

    @BeforeEach
    void start() {
        qemu = RealQemu.builder()
                .machine("none")
                .arguments(
                        "-object",
                        "tls-creds-x509,id=tls0,endpoint=server,verify-peer=on,dir=" + folder.resolve("server"))
                .arguments("-chardev", "socket,id=secure,host=" + IP + ",port=0,server=on,wait=off,tls-creds=tls0")
                .arguments("-qmp", "chardev:secure")
                .arguments("-chardev", "socket,id=plain,host=" + IP + ",port=0,server=on,wait=off")
                .arguments("-qmp", "chardev:plain")
                .start();
        securePort = port("secure");
        plainPort = port("plain");
    }

    /** QEMU writes {@code disconnected:tcp:127.0.0.1:PORT,server=on}. */
    private int port(String chardev) {
        JsonNode all = qemu.oracle().execute("query-chardev");
        String name = StreamSupport.stream(all.spliterator(), false)
                .filter(one -> one.path("label").asText().equals(chardev))
                .map(one -> one.path("filename").asText())
                .findFirst()
                .orElseThrow();
        return Integer.parseInt(name.replaceFirst(".*:(\\d+),.*", "$1"));
    }

    @AfterEach
    void stop() {
        qemu.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientWithACertificateGetsASessionBehindTls(boolean nativeTransport) throws Exception {
        QmpOptions options = QmpOptions.defaults().withNativeTransport(nativeTransport);
        QmpAddress address = secure(IP, TlsOptions.client(folder.resolve("client")));
        for (int session = 0; session < 2; session++) {
            try (QmpClient client = Outcomes.value(QmpClient.connect(address, options))) {
                // 200 KiB, so that a reply spans many records.
                assertThat(Outcomes.value(client.schema()).commands()).contains("block-stream");
                assertThat(Outcomes.value(client.execute(QmpCommand.of("query-status")))
                                .path("status")
                                .asText())
                        .isEqualTo("prelaunch");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void aKeyThatDoesNotFitItsCertificateIsNamedWithIt(String kind, @TempDir Path wrong) throws Exception {
        ours.client(wrong);
        Path key = wrong.resolve("client-key.pem");
        byte[] other = KeyPairGenerator.getInstance(kind)
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        Files.writeString(
                key,
                "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                        .formatted(Base64.getMimeEncoder().encodeToString(other)));
        assertThat(Outcomes.failure(
                        QmpClient.connect(secure(IP, TlsOptions.client(wrong)), HASTY), QmpConnectException.class))
                .hasMessageContaining(
                        kind.equals("RSA")
                                ? "the key in %s does not belong to the certificate in %s"
                                        .formatted(key, wrong.resolve("client-cert.pem"))
                                : "the key in %s is none of the kind RSA, which the certificate in %s is for"
                                        .formatted(key, wrong.resolve("client-cert.pem")))
                .hasMessageNotContaining("java.");
    }

    @Test
    void aKeyInTheOlderFormWithNotesAroundItIsRead(@TempDir Path old) throws Exception {
        ours.client(old);
        Path key = old.resolve("client-key.pem");
        Files.writeString(key, "Public Key Info:\n\tPublic Key Algorithm: RSA\n\n" + Pkcs1.of(Files.readString(key)));
        try (QmpClient client =
                Outcomes.value(QmpClient.connect(secure(IP, TlsOptions.client(old)), QmpOptions.defaults()))) {
            assertThat(client.state()).isEqualTo(ConnectionState.RUNNING);
        }
    }

    @Test
    void aQemuOfAnotherCaIsNotTrusted(@TempDir Path other) throws Exception {
        Certificates theirs = Certificates.create();
        TlsOptions tls = TlsOptions.client(theirs.client(other));
        assertFails(
                secure(IP, tls),
                Phase.TLS,
                Reason.NOT_TRUSTED,
                other.resolve("ca-cert.pem").toString());
    }

    @Test
    void aClientOfAnotherCaIsRefused(@TempDir Path other) throws Exception {
        Certificates.create().client(other);
        ours.caOnly(other);
        assertFails(
                secure(IP, TlsOptions.client(other)),
                Phase.TLS,
                Reason.CERTIFICATE_REFUSED,
                other.resolve("client-cert.pem").toString());
    }

    @Test
    void aClientWithoutACertificateIsToldToHaveOne(@TempDir Path none) throws Exception {
        TlsOptions tls = TlsOptions.client(ours.caOnly(none));
        assertThat(tls.certificate()).isEmpty();
        assertFails(secure(IP, tls), Phase.TLS, Reason.CERTIFICATE_REFUSED, "this side has none");
    }

    @Test
    void aCertificateForAnotherHostIsRefusedUnlessThatIsAskedFor() throws Exception {
        TlsOptions tls = TlsOptions.client(folder.resolve("client"));
        assertFails(secure("localhost", tls), Phase.TLS, Reason.WRONG_HOST, "'localhost'");
        try (QmpClient client = Outcomes.value(
                QmpClient.connect(secure("localhost", tls.withVerifyHost(false)), QmpOptions.defaults()))) {
            assertThat(client.state()).isEqualTo(ConnectionState.RUNNING);
        }
    }

    @Test
    void aPlainClientAtATlsPortIsToldSo() {
        assertFails(new QmpAddress.Tcp(IP, securePort), Phase.TLS, Reason.TLS_EXPECTED, "expects TLS");
    }

    @Test
    void aTlsClientAtAPlainPortIsToldSo() {
        QmpAddress address = new QmpAddress.Tcp(IP, plainPort).with(TlsOptions.client(folder.resolve("client")));
        assertFails(address, Phase.TLS, Reason.NOT_TLS, "speaks no TLS");
    }

    /** A busy monitor is as silent as one that expects TLS; it must not be taken for it, nor harmed. */
    @Test
    void aBusyPlainMonitorIsNotTakenForOneWithTls() throws Exception {
        QmpAddress address = new QmpAddress.Tcp(IP, plainPort);
        try (QmpClient holder = Outcomes.value(QmpClient.connect(address, QmpOptions.defaults()))) {
            assertFails(address, Phase.GREETING, Reason.SILENT, "another client holds the monitor");
            Outcomes.value(holder.execute(QmpCommand.of("query-status")));
        }
        Outcomes.value(QmpClient.connect(address, QmpOptions.defaults())).close();
    }

    @Test
    void aFileThatIsMissingOrHoldsNoKeyIsNamed(@TempDir Path broken) throws Exception {
        ours.client(broken);
        Path key = broken.resolve("client-key.pem");
        Files.writeString(key, "nothing");
        assertFails(secure(IP, TlsOptions.client(broken)), Phase.CONNECT, Reason.OTHER, key + " holds no private key");
        Files.delete(key);
        assertFails(secure(IP, TlsOptions.client(broken)), Phase.CONNECT, Reason.OTHER, key.toString());
    }

    private QmpAddress secure(String host, TlsOptions tls) {
        return new QmpAddress.Tcp(host, securePort).with(tls);
    }

    private static void assertFails(QmpAddress address, Phase phase, Reason reason, String words) {
        QmpConnectException failure = Outcomes.failure(QmpClient.connect(address, HASTY), QmpConnectException.class);
        assertThat(failure).as(failure.getMessage()).hasMessageContaining(words);
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason);
        assertThat(failure.phase()).as(failure.getMessage()).isEqualTo(phase);
    }
}
