package io.github.qmp4j.transport;

import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;

/** Java's options for opening a file, in the flags of Linux's {@code open(2)}. */
final class OpenFlags {
    private static final int O_WRONLY = 1;
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_NOCTTY = 0400;
    private static final int O_TRUNC = 01000;
    private static final int O_APPEND = 02000;
    private static final int O_DSYNC = 010000;
    private static final int O_CLOEXEC = 02000000;
    private static final int O_SYNC = 04010000;

    private OpenFlags() {}

    /**
     * The flags; without an option that writes, those to read. Like {@link java.nio.channels.FileChannel#open}, it makes
     * and empties files only when writing.
     *
     * @throws UnsupportedOperationException for an option that {@code open(2)} has no flag for
     */
    static int of(OpenOption... options) {
        Collection<OpenOption> given = List.of(options);
        boolean append = given.contains(StandardOpenOption.APPEND);
        boolean write = append || given.contains(StandardOpenOption.WRITE);
        boolean read = !write || given.contains(StandardOpenOption.READ);
        int flags = O_CLOEXEC | O_NOCTTY | (write ? read ? O_RDWR : O_WRONLY : 0);
        for (OpenOption option : given) {
            if (!(option instanceof StandardOpenOption standard)) {
                throw new UnsupportedOperationException("a descriptor cannot be opened with " + option);
            }
            flags |= flag(standard, write);
        }
        return flags;
    }

    private static int flag(StandardOpenOption option, boolean write) {
        return switch (option) {
            case READ, WRITE, SPARSE -> 0;
            case APPEND -> O_APPEND;
            case TRUNCATE_EXISTING -> write ? O_TRUNC : 0;
            case CREATE -> write ? O_CREAT : 0;
            case CREATE_NEW -> write ? O_CREAT | O_EXCL : 0;
            case SYNC -> O_SYNC;
            case DSYNC -> O_DSYNC;
            case DELETE_ON_CLOSE ->
                throw new UnsupportedOperationException("a descriptor cannot be opened with " + option);
        };
    }
}
