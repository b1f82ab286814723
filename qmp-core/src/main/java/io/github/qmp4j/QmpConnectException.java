package io.github.qmp4j;

import org.jspecify.annotations.Nullable;

/** No session came about. There is no connection that could survive; trying again is safe. */
public final class QmpConnectException extends QmpException {
    private static final long serialVersionUID = 1L;

    /** How far the connect got. */
    public enum Phase {
        /** Nothing accepted the connection. */
        CONNECT,
        /** Something accepted it, and TLS did not come about. */
        TLS,
        /** Something accepted it, and then sent no QMP greeting. */
        GREETING,
        /** QEMU greeted, and then did not accept {@code qmp_capabilities}. */
        NEGOTIATION
    }

    /** What was wrong, as far as it can be seen from here. */
    public enum Reason {
        /** There is nothing at this path. */
        NO_SUCH_SOCKET,
        /** There is a file at this path, and it is no socket. */
        NOT_A_SOCKET,
        /** This user may not connect to the socket. */
        NOT_ALLOWED,
        /** The socket exists, and no process listens on it: its QEMU has ended. */
        REFUSED,
        /** There is something already where this side was to listen. */
        ADDRESS_IN_USE,
        /** Another client holds this monitor; QEMU serves one at a time. */
        BUSY,
        /** QEMU listens and does not even accept: it is stopped or stuck. */
        FROZEN,
        /** The peer stays silent, and it cannot be seen from here whether it is busy, frozen, or something else. */
        SILENT,
        /** The peer speaks no TLS, and this side is set to use it. */
        NOT_TLS,
        /** The peer most likely expects TLS, and this side is not set to use it. */
        TLS_EXPECTED,
        /** The peer has no certificate that the CA of this side has signed and that is valid now. */
        NOT_TRUSTED,
        /** The peer's certificate is for another host than the one that was connected to. */
        WRONG_HOST,
        /** The peer does not accept this side's certificate, or wants one and got none. */
        CERTIFICATE_REFUSED,
        /** TLS failed for any other reason, for example without a version that both sides speak. */
        TLS_FAILED,
        /** What the peer sent is no QMP greeting. */
        NOT_QMP,
        /** The peer closed the connection before the session was there. */
        CLOSED,
        /** QEMU refused {@code qmp_capabilities}. */
        NEGOTIATION_REFUSED,
        /** Anything else, for example a host name that does not resolve. */
        OTHER
    }

    private final Phase phase;
    private final Reason reason;

    public QmpConnectException(Phase phase, Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.phase = phase;
        this.reason = reason;
    }

    public Phase phase() {
        return phase;
    }

    public Reason reason() {
        return reason;
    }
}
