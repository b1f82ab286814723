package io.github.qmp4j.blockjobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What QEMU has written to an image and when it has flushed it, by the log of its driver {@code blklogwrites}. */
final class WriteLog {
    private static final int SECTOR = 512;
    private static final int ENTRY = 4 * Long.BYTES;
    private static final int FLUSH = 1;
    private static final int DISCARD = 4;

    /** What an entry is: a write of the image's header, another write, or a flush. */
    enum Entry {
        HEADER,
        DATA,
        FLUSH
    }

    private WriteLog() {}

    /** All entries, the oldest first. */
    static List<Entry> of(Path log) {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Files.readAllBytes(log)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        List<Entry> entries = new ArrayList<>();
        int at = SECTOR;
        while (at + ENTRY <= bytes.limit()) {
            long sector = bytes.getLong(at);
            long sectors = bytes.getLong(at + Long.BYTES);
            long flags = bytes.getLong(at + 2 * Long.BYTES);
            if (sectors == 0 && flags == 0) {
                break;
            }
            if (sectors > 0) {
                entries.add(sector == 0 ? Entry.HEADER : Entry.DATA);
            }
            if ((flags & FLUSH) != 0) {
                entries.add(Entry.FLUSH);
            }
            at += SECTOR + ((flags & DISCARD) == 0 ? Math.toIntExact(sectors * SECTOR) : 0);
        }
        return entries;
    }
}
