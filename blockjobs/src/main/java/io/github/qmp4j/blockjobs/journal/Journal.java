package io.github.qmp4j.blockjobs.journal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Texts by ids in one file, which has one owner at a time. Safe for use by any thread. */
public final class Journal implements AutoCloseable {
    private static final long COMPACT_FROM = 1 << 20;

    private final JournalContents contents;
    private final JournalWriter writer;

    private Journal(Path path, JournalLock lock, JournalFile file) {
        this.contents = file.contents();
        this.writer = new JournalWriter(path, lock, file);
    }

    /**
     * Opens the file, or makes it with the mode 0600, and reads it. Blocks until that is done.
     *
     * @throws JournalException if it cannot be: with one sentence that says why, and what to do
     */
    public static Journal open(Path path) throws JournalException {
        return open(path, COMPACT_FROM);
    }

    static Journal open(Path path, long compactFrom) throws JournalException {
        Path located = PrivateFile.located(path);
        try {
            JournalLock lock = JournalLock.of(located);
            try {
                return new Journal(located, lock, JournalFile.open(located, compactFrom));
            } catch (IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (JournalException e) {
            throw e;
        } catch (AccessDeniedException e) {
            throw new JournalException(
                    "the job store '%s' cannot be opened: this user may not write %s; change its mode, or give another path"
                            .formatted(located, e.getFile()),
                    e);
        } catch (IOException e) {
            throw new JournalException(
                    "the job store '%s' cannot be opened: %s; mend that, or give another path"
                            .formatted(located, reason(e)),
                    e);
        }
    }

    private static String reason(IOException failure) {
        return failure instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : String.valueOf(failure.getMessage());
    }

    /**
     * Puts the text in the place of what the id had before.
     *
     * @param text printable ASCII
     * @return completes when it is on the disk, in the thread that writes, so code that hangs on it must be quick. Fails with
     *     {@link JournalException} when it could not be written, or not for certain: then it may be there after the next start
     */
    public CompletableFuture<Void> put(String id, String text) {
        return writer.write(JournalLine.put(id, text));
    }

    /** Takes away what the id has; for the rest as {@link #put}. */
    public CompletableFuture<Void> remove(String id) {
        return writer.write(JournalLine.remove(id));
    }

    /** The text that was last put, and is on the disk. */
    public Optional<String> get(String id) {
        return contents.get(id);
    }

    /** All that is on the disk, by ids. */
    public Map<String, String> all() {
        return contents.all();
    }

    /** How often the disk was waited for. */
    long synced() {
        return writer.synced();
    }

    /**
     * Waits until what still waits is written and the file is let go; what comes later fails. Called by the thread that
     * writes, it only begins that.
     */
    @Override
    public void close() {
        writer.end();
    }
}
