package io.github.qmp4j.transport;

import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A connection failed because of TLS. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What the JDK says when the peer sent an alert about this side's certificate (RFC 8446, 6.2). */
    private static final Pattern REFUSAL = Pattern.compile(
            "alert: (bad_certificate|unsupported_certificate|certificate_|unknown_ca|access_denied|handshake_failure)");

    /** What was wrong. */
    public enum Kind {
        NOT_TLS,
        NOT_TRUSTED,
        WRONG_HOST,
        CERTIFICATE_REFUSED,
        OTHER
    }

    private final Kind kind;

    private TlsException(Kind kind, Throwable cause, String message) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Null if TLS is not to blame. */
    static @Nullable TlsException of(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            chain.add(each);
        }
        if (chain.stream().noneMatch(SSLException.class::isInstance)) {
            return null;
        }
        String last = String.valueOf(chain.get(chain.size() - 1).getMessage());
        return new TlsException(kind(chain), thrown, last);
    }

    private static Kind kind(List<Throwable> chain) {
        if (chain.stream().anyMatch(NotSslRecordException.class::isInstance)) {
            return Kind.NOT_TLS;
        }
        if (chain.stream()
                .anyMatch(e -> REFUSAL.matcher(String.valueOf(e.getMessage())).find())) {
            return Kind.CERTIFICATE_REFUSED;
        }
        boolean path = chain.stream()
                .anyMatch(e -> e instanceof CertPathBuilderException || e instanceof CertPathValidatorException);
        // For the name the JDK throws this class itself; for all else that is wrong with a certificate, subclasses.
        if (!path && chain.stream().anyMatch(e -> e.getClass() == CertificateException.class)) {
            return Kind.WRONG_HOST;
        }
        return path || chain.stream().anyMatch(CertificateException.class::isInstance) ? Kind.NOT_TRUSTED : Kind.OTHER;
    }
}
