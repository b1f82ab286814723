package io.github.qmp4j.client;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Phase;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.transport.Dialer;
import io.github.qmp4j.transport.SocketHolders;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says in one sentence why there is no session: what was tried, what is wrong, what to do. */
final class ConnectFailures {
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final QmpAddress address;
    private final boolean listening;

    ConnectFailures(QmpAddress address) {
        this(address, false);
    }

    private ConnectFailures(QmpAddress address, boolean listening) {
        this.address = address;
        this.listening = listening;
    }

    /** For peers that connect to this address. */
    static ConnectFailures ofPeersAt(QmpAddress address) {
        return new ConnectFailures(address, true);
    }

    /** Nothing accepted the connection within the limit. Looks at the file system. */
    QmpConnectException notConnected(Throwable cause, Duration limit) {
        return address instanceof QmpAddress.Unix unix
                ? socketNotConnected(unix.path(), cause)
                : hostNotConnected(cause, limit);
    }

    private QmpConnectException hostNotConnected(Throwable cause, Duration limit) {
        if (Dialer.timedOut(cause)) {
            return of(
                    Phase.CONNECT,
                    Reason.SILENT,
                    "it neither took nor refused the connection within %s; a firewall drops what comes, or too many connections already wait for it"
                            .formatted(seconds(limit)),
                    cause);
        }
        boolean refused = cause instanceof ConnectException;
        return of(
                Phase.CONNECT,
                refused ? Reason.REFUSED : Reason.OTHER,
                refused ? "nothing listens there; was QEMU started with -qmp tcp:…,server=on,wait=off?" : words(cause),
                cause);
    }

    private QmpConnectException socketNotConnected(Path path, Throwable cause) {
        if (!Files.exists(path)) {
            return noSuchSocket(path, cause);
        }
        if (!isSocket(path)) {
            return of(Phase.CONNECT, Reason.NOT_A_SOCKET, "this is a file or folder and no socket", cause);
        }
        if (!Files.isWritable(path)) {
            // It may have gone since the first look.
            return Files.exists(path)
                    ? of(
                            Phase.CONNECT,
                            Reason.NOT_ALLOWED,
                            "this user may not write to the socket; run as the user that owns it",
                            cause)
                    : noSuchSocket(path, cause);
        }
        if (!Dialer.foundBacklogFull(cause)) {
            return of(
                    Phase.CONNECT,
                    Reason.REFUSED,
                    "no process listens on this socket; the QEMU that made it has ended",
                    cause);
        }
        return switch (SocketHolders.of(path)) {
            case ANOTHER -> busy(Phase.CONNECT, cause);
            case NOBODY -> frozen(Phase.CONNECT, cause);
            case US, UNKNOWN ->
                of(
                        Phase.CONNECT,
                        Reason.SILENT,
                        "too many connections already wait for it; another client holds the monitor (QEMU serves one at a time), or QEMU is stuck",
                        cause);
        };
    }

    private QmpConnectException noSuchSocket(Path path, Throwable cause) {
        return of(
                Phase.CONNECT,
                Reason.NO_SUCH_SOCKET,
                "there is no such file; is QEMU running, and was it started with -qmp unix:%s,server=on,wait=off?"
                        .formatted(path),
                cause);
    }

    /** The connection is open and no greeting came. Reads a file. */
    QmpConnectException silent(Duration waited) {
        if (listening) {
            return of(
                    Phase.GREETING,
                    Reason.SILENT,
                    "it sent no greeting within %s; it is no QMP monitor, or its QEMU is stuck"
                            .formatted(seconds(waited)),
                    null);
        }
        SocketHolders holders =
                address instanceof QmpAddress.Unix unix ? SocketHolders.of(unix.path()) : SocketHolders.UNKNOWN;
        return switch (holders) {
            case ANOTHER -> busy(Phase.GREETING, null);
            case NOBODY -> frozen(Phase.GREETING, null);
            case US ->
                of(
                        Phase.GREETING,
                        Reason.SILENT,
                        "it accepted the connection and sent no greeting within %s; it is no QMP monitor, or its QEMU is stuck"
                                .formatted(seconds(waited)),
                        null);
            case UNKNOWN ->
                of(
                        Phase.GREETING,
                        Reason.SILENT,
                        "no greeting came within %s; another client holds the monitor (QEMU serves one at a time), or QEMU is stuck, or this is no QMP monitor"
                                .formatted(seconds(waited)),
                        null);
        };
    }

    QmpConnectException notQmp(String what, @Nullable Throwable cause) {
        return of(
                Phase.GREETING,
                Reason.NOT_QMP,
                (listening ? "it" : "what listens there") + " is no QMP monitor: " + what,
                cause);
    }

    QmpConnectException closed(Phase phase, @Nullable Throwable cause) {
        TlsFailures.Verdict tls = phase == Phase.GREETING ? TlsFailures.of(address, cause) : null;
        if (tls != null) {
            return of(Phase.TLS, tls.reason(), tls.sentence(), cause);
        }
        String how = cause == null ? "closed it" : "broke it off (" + cause.getMessage() + ")";
        return of(
                phase,
                Reason.CLOSED,
                phase == Phase.GREETING
                        ? "the peer took the connection and %s without a greeting; QEMU has just ended, or this is no QMP monitor"
                                .formatted(how)
                        : "QEMU greeted, and then %s; it has just ended".formatted(how),
                cause);
    }

    QmpConnectException closedAtProbe() {
        TlsFailures.Verdict tls = TlsFailures.expected();
        return of(Phase.TLS, tls.reason(), tls.sentence(), null);
    }

    QmpConnectException unanswered(Duration waited) {
        return of(
                Phase.NEGOTIATION,
                Reason.FROZEN,
                "QEMU greeted, and did not answer qmp_capabilities within %s; it is stopped or stuck"
                        .formatted(seconds(waited)),
                null);
    }

    QmpConnectException refused(String desc) {
        return of(
                Phase.NEGOTIATION,
                Reason.NEGOTIATION_REFUSED,
                "QEMU greeted, and refused qmp_capabilities: " + desc,
                null);
    }

    private QmpConnectException busy(Phase phase, @Nullable Throwable cause) {
        return of(
                phase,
                Reason.BUSY,
                "the monitor is busy: another client holds it, and QEMU serves one at a time; end that client, or start QEMU with a second -qmp",
                cause);
    }

    private QmpConnectException frozen(Phase phase, @Nullable Throwable cause) {
        return of(
                phase,
                Reason.FROZEN,
                "QEMU listens but accepts no connection: its process is stopped or its main loop is stuck",
                cause);
    }

    private QmpConnectException of(Phase phase, Reason reason, String sentence, @Nullable Throwable cause) {
        String what = listening ? "no session with a peer that connected to %s: %s" : "cannot connect to %s: %s";
        return new QmpConnectException(phase, reason, what.formatted(address, sentence), cause);
    }

    /** The messages of the JDK's own subclasses, such as that of an unknown host, say little without their names. */
    private static String words(Throwable cause) {
        return cause.getClass() == IOException.class ? String.valueOf(cause.getMessage()) : cause.toString();
    }

    private static boolean isSocket(Path path) {
        try {
            return ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == SOCKET;
        } catch (IOException | UnsupportedOperationException e) {
            return true;
        }
    }

    static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
