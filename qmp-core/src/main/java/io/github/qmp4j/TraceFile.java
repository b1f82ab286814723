package io.github.qmp4j;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trace in a file: one line for each message, appended, with the time in UTC and microseconds, {@code ->} to QEMU or
 * {@code <-} from it, the connection, and the JSON, parted by spaces.
 *
 * <p>A thread of its own writes, so that a slow disk does not hold up a session. What waits for the disk is bounded by
 * 16 Mi characters, or one message; what comes beyond is counted, and a line tells of it. A file that cannot be written
 * is logged once and tried again with the next message. It is opened for each batch, so it may be moved away at any
 * time; a new one is readable by its owner only. Safe for use by any thread and by many sessions at once.
 */
public final class TraceFile implements WireTrace, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TraceFile.class);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSX").withZone(ZoneOffset.UTC);
    private static final Set<OpenOption> APPEND = Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);

    private final Path path;
    private final TraceQueue queue;

    /** Belongs to the queue's writer, which is one thread at a time. */
    private boolean failureLogged;

    public TraceFile(Path path) {
        this.path = path;
        this.queue = new TraceQueue(this::append);
    }

    @Override
    public void message(Instant time, Direction direction, String connection, String json) {
        String arrow = direction == Direction.SENT ? " -> " : " <- ";
        queue.offer(TIME.format(time) + arrow + connection + " " + json + "\n");
    }

    private boolean append(String lines, long lost) {
        String gap = lost == 0 ? "" : TIME.format(Instant.now()) + " -- " + lost + " messages are missing about here\n";
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(gap + lines);
        try (SeekableByteChannel file = Files.newByteChannel(path, APPEND, ownerOnly())) {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            return true;
        } catch (IOException | RuntimeException e) {
            if (!failureLogged) {
                failureLogged = true;
                LOG.warn("the trace cannot be written to {}; the sessions go on, and so does the trying", path, e);
            }
            return false;
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Waits until what has been traced is written, at most 5 s. What comes later is not traced; the sessions go on. */
    @Override
    public void close() {
        queue.close();
    }
}
