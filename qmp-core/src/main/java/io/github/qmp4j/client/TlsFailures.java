package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.TlsOptions;
import io.github.qmp4j.transport.TlsException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says why TLS failed, or that the peer expects it. */
final class TlsFailures {
    /**
     * What tells a plain monitor from one behind TLS, when neither says anything: QMP passes over blanks, and TLS ends a
     * connection whose first five bytes are no record of its own.
     */
    private static final String PROBE = "        \n";

    /** A reason and its sentence. */
    record Verdict(Reason reason, String sentence) {}

    private TlsFailures() {}

    /** Whether a silent peer may be one that waits for TLS. */
    static boolean suspects(QmpAddress address) {
        return address instanceof QmpAddress.Tcp tcp && tcp.tls().isEmpty();
    }

    static byte[] probe() {
        return PROBE.getBytes(StandardCharsets.US_ASCII);
    }

    /** Why the peer was lost before it greeted; null if TLS has nothing to do with it. */
    static @Nullable Verdict of(QmpAddress address, @Nullable Throwable broken) {
        Optional<TlsOptions> tls = address instanceof QmpAddress.Tcp tcp ? tcp.tls() : Optional.empty();
        if (tls.isEmpty()) {
            return null;
        }
        // Without an exception of TLS the handshake was done, and then the peer looked at the certificate.
        return broken instanceof TlsException failure
                ? of((QmpAddress.Tcp) address, tls.get(), failure)
                : refused(tls.get());
    }

    private static Verdict of(QmpAddress.Tcp address, TlsOptions tls, TlsException failure) {
        return switch (failure.kind()) {
            case NOT_TLS ->
                new Verdict(
                        Reason.NOT_TLS,
                        "the peer speaks no TLS; is it a QEMU whose chardev has tls-creds, and is this the right port?");
            case NOT_TRUSTED ->
                new Verdict(
                        Reason.NOT_TRUSTED,
                        "the peer's certificate is not signed by the CA in %s, or is not valid now: %s"
                                .formatted(tls.ca(), failure.getMessage()));
            case WRONG_HOST ->
                new Verdict(
                        Reason.WRONG_HOST,
                        "the peer's certificate is not for the host '%s': %s"
                                .formatted(address.host(), failure.getMessage()));
            case CERTIFICATE_REFUSED -> refused(tls);
            case OTHER -> new Verdict(Reason.TLS_FAILED, "TLS failed: " + failure.getMessage());
        };
    }

    private static Verdict refused(TlsOptions tls) {
        return new Verdict(
                Reason.CERTIFICATE_REFUSED,
                tls.certificate()
                        .map(certificate ->
                                "the peer ended the connection after it saw the certificate %s: it does not trust its CA, or it has just ended"
                                        .formatted(certificate))
                        .orElse(
                                "the peer ended the connection: it wants a certificate (verify-peer=on), and this side has none"));
    }

    static Verdict expected() {
        return new Verdict(
                Reason.TLS_EXPECTED,
                "the peer said nothing, and ended the connection at the first byte: it expects TLS, or is no QMP monitor");
    }
}
