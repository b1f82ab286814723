package io.github.qmp4j.client;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** A CA of a test, and the folders that it fills as QEMU's tls-creds-x509 wants them. */
final class Certificates {
    private static final Duration AGE = Duration.ofDays(1);

    private static final AtomicInteger CAS = new AtomicInteger();

    private final X509Bundle ca;

    private Certificates(X509Bundle ca) {
        this.ca = ca;
    }

    static Certificates create() throws Exception {
        return new Certificates(named("CN=Test CA " + CAS.incrementAndGet())
                .setIsCertificateAuthority(true)
                .setKeyUsage(true, KeyUsage.keyCertSign, KeyUsage.cRLSign)
                .buildSelfSigned());
    }

    private static CertificateBuilder named(String subject) {
        return new CertificateBuilder()
                .rsa2048()
                .subject(subject)
                .notBefore(Instant.now().minus(AGE))
                .notAfter(Instant.now().plus(AGE));
    }

    /** The CA's certificate alone. */
    Path caOnly(Path folder) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("ca-cert.pem"), ca.getCertificatePEM());
        return folder;
    }

    /** For a side that connects. */
    Path client(Path folder) throws Exception {
        X509Bundle client = named("CN=client")
                // QEMU 5.2 takes none without the second.
                .setKeyUsage(true, KeyUsage.digitalSignature, KeyUsage.keyEncipherment)
                .addExtendedKeyUsageClientAuth()
                .buildIssuedBy(ca);
        return write(folder, "client", client);
    }

    /** For a side that listens at this IP address, and under no name. */
    Path server(Path folder, String ip) throws Exception {
        X509Bundle server = named("CN=server")
                .setKeyUsage(true, KeyUsage.digitalSignature, KeyUsage.keyEncipherment)
                .addExtendedKeyUsageServerAuth()
                .addSanIpAddress(ip)
                .buildIssuedBy(ca);
        return write(folder, "server", server);
    }

    private Path write(Path folder, String side, X509Bundle bundle) throws Exception {
        caOnly(folder);
        Files.writeString(folder.resolve(side + "-cert.pem"), bundle.getCertificatePEM());
        Files.writeString(folder.resolve(side + "-key.pem"), bundle.getPrivateKeyPEM());
        return folder;
    }
}
