package io.github.qmp4j.blockjobs.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a journal. Belongs to the thread that opens it, then to the writer.
 *
 * <p>After a failed write the contents of the disk are unknown, so the next write begins with a new file of all that was
 * acknowledged.
 */
final class JournalFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);
    private static final String REPLACED = "it was removed or replaced while it was open";
    private static final String BY_ANOTHER = "by another process";
    private static final int SLACK = 4096;
    /** Far above what a host's jobs need: a file grows to a mebibyte before it is made small. */
    private static final int MOST_BYTES = 1 << 30;

    private static final Set<OpenOption> FRESH =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final JournalContents contents;
    private FileChannel channel;
    /** What the file was when it was opened; another one under its path is not ours. */
    private Object identity;

    /** How many bytes are written and synchronised. */
    private long size;

    /** The number of the line to come. */
    private long next;

    /** Whether a write has failed since the file was made. */
    private boolean doubtful;

    /** Below this size nothing is compacted; it moves up when a compaction has failed. */
    private long compactFrom;

    private JournalFile(Path path, JournalContents contents, FileChannel channel, long next, long compactFrom)
            throws IOException {
        this.path = path;
        this.contents = contents;
        this.channel = channel;
        this.identity = PrivateFile.identity(path);
        this.size = channel.size();
        this.next = next;
        this.compactFrom = compactFrom;
    }

    /** Opens the file, or creates it. */
    static JournalFile open(Path path, long compactFrom) throws IOException {
        if (!PrivateFile.exists(path)) {
            JournalContents empty = new JournalContents();
            FileChannel channel = replace(path, empty, 1);
            return new JournalFile(path, empty, channel, 2, compactFrom);
        }
        Object identity = PrivateFile.identity(path);
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            lock(channel, path);
            if (!PrivateFile.identity(path).equals(identity)) {
                throw JournalLock.inUse(path, BY_ANOTHER);
            }
            // A descriptor that is closed takes the lock along, so all is read through this one.
            byte[] file = new byte[readable(path, channel.size())];
            ByteBuffer left = ByteBuffer.wrap(file);
            while (left.hasRemaining() && channel.read(left) >= 0) {
                // as much at a time as there is
            }
            return opened(path, channel, JournalScan.read(path, file), compactFrom);
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private static int readable(Path path, long size) throws JournalException {
        if (size > MOST_BYTES) {
            throw new JournalException(
                    "the job store '%s' has %d bytes, and a store is read whole, up to %d; give another path, and look up in QEMU what became of the jobs"
                            .formatted(path, size, MOST_BYTES));
        }
        return (int) size;
    }

    private static JournalFile opened(Path path, FileChannel channel, JournalScan.Found found, long compactFrom)
            throws IOException {
        if (found.unended()) {
            LOG.warn("the last line of the job store {} had lost its end, which was written again", path);
            write(channel, new byte[] {'\n'}, found.whole());
            channel.truncate(found.whole() + 1);
        } else if (found.torn() > 0) {
            LOG.warn(
                    "the job store {} ended in the middle of a record that was never acknowledged; its {} bytes were cut off",
                    path,
                    found.torn());
            channel.truncate(found.whole());
        }
        JournalFile file = new JournalFile(path, found.contents(), channel, found.next(), compactFrom);
        // The caller acts on what it reads here, and the process that wrote it may have been killed before it was on
        // the
        // disk.
        channel.force(true);
        forceFolder(path);
        if (file.isMostlyDead()) {
            file.tryToCompact();
        }
        return file;
    }

    JournalContents contents() {
        return contents;
    }

    long size() {
        return size;
    }

    /** Returns when all lines are on the disk; when it throws, any of them may be there or not, and none is in the contents. */
    void append(List<JournalLine> lines) throws IOException {
        requireOurs();
        if (doubtful) {
            compact();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < lines.size(); i++) {
            all.writeBytes(lines.get(i).bytes(next + i));
        }
        doubtful = true;
        write(channel, all.toByteArray(), size);
        channel.force(false);
        doubtful = false;
        size += all.size();
        next += lines.size();
        lines.forEach(contents::apply);
    }

    /** Compacts the file when more than half of its lines are outdated. */
    void compactIfDue() {
        if (size >= compactFrom && isMostlyDead()) {
            tryToCompact();
        }
    }

    private boolean isMostlyDead() {
        return contents.liveBytes() * 2 + SLACK < size;
    }

    private void tryToCompact() {
        try {
            compact();
        } catch (IOException | RuntimeException | Error e) {
            // Nothing may end the thread that writes. The file as it is serves as well, only longer.
            compactFrom = size * 2;
            LOG.warn("the job store {} could not be made smaller: {}", path, e.toString());
        }
    }

    private void compact() throws IOException {
        FileChannel fresh = replace(path, contents, next);
        FileChannel old = channel;
        next += 1 + contents.all().size();
        channel = fresh;
        size = fresh.size();
        identity = PrivateFile.identity(path);
        doubtful = false;
        old.close();
    }

    /** Writes a new file beside the old one, and puts it in its place when all of it is on the disk. */
    private static FileChannel replace(Path path, JournalContents contents, long first) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        FileChannel channel = FileChannel.open(fresh, FRESH, PrivateFile.attributes(fresh));
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            long number = first;
            all.writeBytes(JournalLine.header().bytes(number));
            for (Map.Entry<String, String> text : contents.all().entrySet()) {
                number++;
                all.writeBytes(JournalLine.put(text.getKey(), text.getValue()).bytes(number));
            }
            write(channel, all.toByteArray(), 0);
            channel.force(true);
            lock(channel, path);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(path);
            return channel;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    private static void forceFolder(Path path) throws IOException {
        try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent())) {
            folder.force(true);
        }
    }

    private static void write(FileChannel channel, byte[] bytes, long position) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        channel.position(position);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    /** Nothing is acknowledged that this process may not find again, or that another one may have written over. */
    private void requireOurs() throws IOException {
        try {
            if (!PrivateFile.identity(path).equals(identity)) {
                throw new JournalException(REPLACED);
            }
        } catch (NoSuchFileException gone) {
            throw new JournalException(REPLACED, gone);
        }
        PrivateFile.requireOneName(path);
        if (!doubtful && channel.size() != size) {
            throw new JournalException(
                    "it has %d bytes and not the %d that were written; another program has changed it"
                            .formatted(channel.size(), size));
        }
    }

    /** Beside the lock of {@link JournalLock}, whose file can be deleted. It ends with the channel. */
    private static void lock(FileChannel channel, Path path) throws IOException {
        if (channel.tryLock() == null) {
            throw JournalLock.inUse(path, BY_ANOTHER);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
