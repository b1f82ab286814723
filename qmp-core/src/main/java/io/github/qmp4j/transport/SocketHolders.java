package io.github.qmp4j.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The connections to a listening UNIX socket, as {@code /proc/net/unix} of Linux shows them. */
public enum SocketHolders {
    /** The listener has accepted a connection, and ours waits behind it. */
    ANOTHER,
    /** The listener has accepted no connection; ours waits. */
    NOBODY,
    /** The listener has accepted ours. */
    US,
    /** It cannot be seen: another system, or a socket made in another network namespace. */
    UNKNOWN;

    private static final Path TABLE = Path.of("/proc/net/unix");
    private static final int STATE_COLUMN = 5;
    private static final int PATH_COLUMN = 7;
    private static final String CONNECTING = "02";
    private static final String CONNECTED = "03";

    /** Looks at a socket to which a connection of ours has been made and got no word. Reads a file. */
    public static SocketHolders of(Path socket) {
        try {
            // Latin-1 reads any bytes; a foreign socket's name in another encoding must not make the table unreadable.
            List<String> table = Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1);
            SocketHolders holders = of(table, socket);
            // The table has the name that QEMU bound; ours may lead there through a symbolic link.
            return holders == UNKNOWN ? of(table, socket.toRealPath()) : holders;
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    /**
     * A connection in the table's state 03 has been accepted; one that waits to be accepted is in state 02. Without one
     * of the latter, ours is among the former.
     */
    static SocketHolders of(List<String> table, Path socket) {
        String name = new String(socket.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        boolean accepted = false;
        boolean waiting = false;
        for (String line : table) {
            String[] columns = line.trim().split(" +", PATH_COLUMN + 1);
            if (columns.length > PATH_COLUMN && columns[PATH_COLUMN].equals(name)) {
                accepted |= columns[STATE_COLUMN].equals(CONNECTED);
                waiting |= columns[STATE_COLUMN].equals(CONNECTING);
            }
        }
        if (waiting) {
            return accepted ? ANOTHER : NOBODY;
        }
        return accepted ? US : UNKNOWN;
    }
}
