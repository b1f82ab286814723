package io.github.qmp4j.testkit;

import io.github.qmp4j.testkit.LogEntry.Flag;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A log of all writes to an image, in the format of Linux' dm-log-writes, which QEMU's {@code blklogwrites} driver writes too.
 *
 * <p>A log starts with a sector for its own size. Each entry has a sector for itself and, for a write, the data. QEMU adds an
 * operation when it has ended, and begins the log with the first flush. The log is held in memory. Immutable.
 */
public final class WriteLog {
    private static final long MAGIC = 0x6a736677736872L;
    private static final long VERSION = 1;
    private static final int SMALLEST_SECTOR = 512;

    private final ByteBuffer log;
    private final int sector;
    private final List<LogEntry> entries;

    private WriteLog(ByteBuffer log) {
        this.log = log.order(ByteOrder.LITTLE_ENDIAN);
        boolean isEmpty = log.remaining() < SMALLEST_SECTOR || log.getLong(0) == 0;
        if (isEmpty) {
            this.sector = SMALLEST_SECTOR;
            this.entries = List.of();
            return;
        }
        require(log.getLong() == MAGIC, "it does not begin as one");
        require(log.getLong() == VERSION, "its version is not " + VERSION);
        long count = log.getLong();
        this.sector = log.getInt();
        require(sector >= SMALLEST_SECTOR && Integer.bitCount(sector) == 1, "its sectors have " + sector + " bytes");
        this.entries = List.copyOf(readAll(count));
    }

    /**
     * Reads a log that is complete, so when the program that wrote it has ended.
     *
     * @throws TestkitException if the file cannot be read as a log
     */
    public static WriteLog read(Path file) {
        try {
            return of(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (TestkitException | IOException e) {
            throw new TestkitException("cannot read " + file + " as a log of writes: " + e.getMessage(), e);
        }
    }

    /** The log that begins where the buffer does. */
    static WriteLog of(ByteBuffer log) {
        try {
            return new WriteLog(log.slice());
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw new TestkitException("it ends in the middle of an entry, or one is too large", e);
        }
    }

    /** All entries in the order in which they ended. */
    public List<LogEntry> entries() {
        return entries;
    }

    /** An image of these contents after all that the log holds; it is longer where the log writes behind its end. */
    public byte[] replayedOn(byte[] contents) {
        ImageBytes image = new ImageBytes(contents);
        entries.forEach(entry -> replay(entry, image));
        return image.toArray();
    }

    void replay(LogEntry entry, ImageBytes image) {
        if (entry.hasData()) {
            int data = Math.toIntExact(entry.position() + sector);
            image.write(entry.offset(), log.slice(data, Math.toIntExact(entry.bytes())));
        } else if (entry.changesImage()) {
            image.discard(entry.offset(), entry.bytes());
        }
    }

    /** Where in the log the next entry begins. */
    long endOf(LogEntry entry) {
        return entry.position() + sector + (entry.hasData() ? entry.bytes() : 0);
    }

    private List<LogEntry> readAll(long count) {
        List<LogEntry> all = new ArrayList<>();
        int position = sector;
        while (all.size() < count) {
            log.position(position);
            long offset = log.getLong() * sector;
            long bytes = log.getLong() * sector;
            long flags = log.getLong();
            require(flags >>> Flag.values().length == 0, "entry " + all.size() + " has flags " + flags);
            LogEntry entry = new LogEntry(position, offset, bytes, flags(flags));
            all.add(entry);
            position = Math.toIntExact(endOf(entry));
            require(position <= log.limit(), "it ends in the middle of entry " + (all.size() - 1));
        }
        return all;
    }

    private static Set<Flag> flags(long bits) {
        Set<Flag> flags = EnumSet.noneOf(Flag.class);
        long bit = 1;
        for (Flag flag : Flag.values()) {
            if ((bits & bit) != 0) {
                flags.add(flag);
            }
            bit <<= 1;
        }
        return flags;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new TestkitException(otherwise);
        }
    }
}
