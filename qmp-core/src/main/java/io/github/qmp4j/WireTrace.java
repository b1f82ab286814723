package io.github.qmp4j;

import java.time.Instant;

/**
 * Takes a copy of every message of a session, both ways, the greeting and the negotiation included.
 *
 * <p>It is called on the event loop: it must be quick, and it must not block. What it throws is logged once, and harms
 * nothing. {@link TraceFile} is the one for a file. The SLF4J logger {@code qmp.wire} gets the same at level TRACE,
 * whether there is one of these or not; without either, tracing costs nothing.
 *
 * <p>Secrets stand in it as {@code ***}; what goes over the wire is never altered. Taken for secret are
 *
 * <ul>
 *   <li>the values, at any depth, of members named {@code password}, {@code passwd}, {@code passphrase}, {@code secret},
 *       {@code psk}, {@code cookie} and {@code private-key}, and of all whose names end in {@code -password},
 *       {@code -passwd} or {@code -passphrase}; a name of a secret object such as {@code key-secret},
 *       {@code password-secret} or {@code passwordid} is shown
 *   <li>{@code data} of {@code object-add} (a secret's value), also below {@code props}, {@code packet-header} of a
 *       launch secret, the {@code arg} of {@code change vnc password}, what {@code send-key}, {@code input-send-event}
 *       and {@code ringbuf-write} type into a guest, and the value that {@code qom-set}, {@code qom-get} and
 *       {@code qom-list-get} write or read of a property named as above, or {@code data}
 *   <li>of a {@code human-monitor-command} that speaks of a password, a secret or {@code data}, all but its first word
 *   <li>in any text: the password of {@code scheme://user:password@host}, {@code :key=} of an rbd file name, the members
 *       named above in the options after {@code json:}, and a text that holds a PEM private key, as a whole
 * </ul>
 *
 * Nothing can tell a secret that a guest, a file name or QEMU's error text holds in a shape of its own: a trace is still
 * to be kept from others.
 */
@FunctionalInterface
public interface WireTrace {

    /** Which way a message went. */
    enum Direction {
        /** To QEMU. */
        SENT,
        /** From QEMU. */
        RECEIVED
    }

    /**
     * One message.
     *
     * @param time when it was handed to the socket, or was whole
     * @param connection the address and a number that this JVM gives to one connection only; without white space
     * @param json the message in one line, without its secrets
     */
    void message(Instant time, Direction direction, String connection, String json);
}
