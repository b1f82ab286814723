package io.github.qmp4j;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the two sides of a TCP connection prove who they are: X.509 files in PEM form, as QEMU's {@code tls-creds-x509}
 * has them. The files are read again for each connect and each listen, so that they can be renewed.
 *
 * @param ca the certificates of the CAs that sign the peer's certificate
 * @param certificate this side's own certificate, followed by those between it and its CA; empty for none, which QEMU
 *     accepts with {@code verify-peer=off} only
 * @param key the private key of that certificate, unencrypted, in PKCS#8 or in RSA's own form
 * @param verifyHost whether the certificate of a QEMU that is connected to must name the host of its address; the CA is
 *     checked in any case
 */
public record TlsOptions(Path ca, Optional<Path> certificate, Optional<Path> key, boolean verifyHost) {
    private static final String CA = "ca-cert.pem";

    public TlsOptions {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("a certificate and its key go together; certificate is %s and key is %s"
                    .formatted(certificate, key));
        }
    }

    /**
     * For connecting: {@code ca-cert.pem}, and {@code client-cert.pem} with {@code client-key.pem} if the first of them is
     * there now. The names are those that QEMU uses itself.
     */
    public static TlsOptions client(Path folder) {
        Path certificate = folder.resolve("client-cert.pem");
        return Files.exists(certificate)
                ? of(folder.resolve(CA), certificate, folder.resolve("client-key.pem"))
                : new TlsOptions(folder.resolve(CA), Optional.empty(), Optional.empty(), true);
    }

    /** For listening: {@code ca-cert.pem}, {@code server-cert.pem} and {@code server-key.pem}. */
    public static TlsOptions server(Path folder) {
        return of(folder.resolve(CA), folder.resolve("server-cert.pem"), folder.resolve("server-key.pem"));
    }

    private static TlsOptions of(Path ca, Path certificate, Path key) {
        return new TlsOptions(ca, Optional.of(certificate), Optional.of(key), true);
    }

    /** The same with another {@link #verifyHost()}: false suits a QEMU that is reached through a tunnel. */
    public TlsOptions withVerifyHost(boolean verified) {
        return new TlsOptions(ca, certificate, key, verified);
    }
}
