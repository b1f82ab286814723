package io.github.qmp4j.blockjobs.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a journal to one owner, among all processes of this host.
 *
 * <p>The lock is on a file of its own, which says who has it, and which no program has a reason to open: a process loses its lock
 * of a file with any descriptor of it that it closes. That file stays: deleting it could delete one that another process has just
 * locked. {@link JournalFile} locks the journal too.
 */
final class JournalLock implements AutoCloseable {
    /**
     * The journals that this JVM has open. The lock of a file belongs to the process, and is lost when the process closes
     * any descriptor of it, so a second one must not even be opened.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    private JournalLock(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Never waits. */
    static JournalLock of(Path journal) throws IOException {
        Path path = journal.resolveSibling(journal.getFileName() + ".lock");
        if (!HELD.add(path)) {
            throw inUse(journal, "by this process");
        }
        JournalLock lock = null;
        try {
            lock = acquire(journal, path);
            return lock;
        } finally {
            if (lock == null) {
                HELD.remove(path);
            }
        }
    }

    private static JournalLock acquire(Path journal, Path path) throws IOException {
        FileChannel channel = FileChannel.open(
                path,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PrivateFile.attributes(path));
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                String owner = Files.readString(path, StandardCharsets.US_ASCII).strip();
                channel.close();
                throw inUse(journal, owner.isEmpty() ? "by another process" : "by process " + owner);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return new JournalLock(path, channel);
        } catch (OverlappingFileLockException e) {
            // Another class loader of this JVM has it; the channel stays open, since closing it would unlock the
            // journal.
            throw inUse(journal, "by this process");
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    static JournalException inUse(Path journal, String by) {
        return new JournalException(
                "the job store '%s' is in use %s, and has one owner at a time; end that one, or give another file"
                        .formatted(journal, by));
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            channel.truncate(0);
        } finally {
            HELD.remove(path);
        }
    }
}
