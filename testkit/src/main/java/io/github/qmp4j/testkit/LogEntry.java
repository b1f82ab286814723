package io.github.qmp4j.testkit;

import java.util.Set;

/**
 * One operation in a {@link WriteLog}. A write has neither {@link Flag#FLUSH} nor {@link Flag#DISCARD} nor {@link Flag#MARK}.
 *
 * @param position where in the log the entry begins, in bytes
 * @param offset where in the image the operation begins, in bytes
 * @param bytes how much of the image it concerns
 */
public record LogEntry(long position, long offset, long bytes, Set<Flag> flags) {

    /** The flags of dm-log-writes, the lowest bit first. */
    public enum Flag {
        FLUSH,
        FUA,
        DISCARD,
        MARK
    }

    public LogEntry {
        flags = Set.copyOf(flags);
    }

    /** Whether the image has what was written to it before, once this has ended. */
    public boolean isFlush() {
        return flags.contains(Flag.FLUSH);
    }

    /** Whether it changes the image, so that a power cut can undo it while it is not flushed. */
    public boolean changesImage() {
        return bytes > 0 && !isFlush() && !flags.contains(Flag.MARK);
    }

    /** Whether its data is in the log, right after it. */
    boolean hasData() {
        return changesImage() && !flags.contains(Flag.DISCARD);
    }
}
