package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.testkit.Recording.Step;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records what a QEMU writes to several images, in one order, to see what a power cut would leave of them.
 *
 * <p>QEMU opens each image through a {@code blklogwrites} node of its own, so each has a {@link WriteLog}. All these logs lie in one file,
 * one after another, which a {@code qemu-storage-daemon} of the same version exports; its own {@code blklogwrites} node records in
 * which order their entries came. So a write that QEMU began after the end of another comes after it, whichever images they went to,
 * and a flush belongs to its image. Not thread-safe.
 */
public final class WriteRecorder implements AutoCloseable {
    /** The room that an image has for its log. */
    private static final long ROOM = 64 << 20;

    private static final int MOST_IMAGES = 8;
    private static final String EXPORT = "logs";

    private final TempFolder folder = TempFolder.create("recorder");
    private final Path logs = folder.resolve("logs");
    private final Path order = folder.resolve("order");
    private final Path socket = folder.resolve("nbd");
    /** In the order of their logs in the file. */
    private final Map<Path, byte[]> before = new LinkedHashMap<>();

    private final RealStorageDaemon daemon;

    private WriteRecorder() {
        try (RandomAccessFile file = new RandomAccessFile(logs.toFile(), "rw")) {
            file.setLength(ROOM * MOST_IMAGES);
            Files.createFile(order);
        } catch (IOException e) {
            folder.close();
            throw new UncheckedIOException(e);
        }
        try {
            daemon = startDaemon();
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /** Starts the daemon; it ends with {@link #close()}, and at the latest with this JVM. */
    public static WriteRecorder start() {
        return new WriteRecorder();
    }

    private RealStorageDaemon startDaemon() {
        ObjectNode node = logged(file(logs.toString()), file(order.toString())).put("node-name", EXPORT);
        return RealStorageDaemon.start(
                folder.path(),
                List.of(
                        "--blockdev",
                        node.toString(),
                        "--nbd-server",
                        "addr.type=unix,max-connections=" + MOST_IMAGES + ",addr.path=" + socket,
                        "--export",
                        "type=nbd,id=export,writable=on,node-name=" + EXPORT + ",name=" + EXPORT));
    }

    /**
     * The options, in JSON, of the node below the image's format node, so what {@code "file"} of a {@code qcow2} node is to be. The
     * image must be there, and is kept in memory as it is now.
     */
    public String file(Path image) {
        if (before.size() == MOST_IMAGES) {
            throw new IllegalStateException("the writes to at most " + MOST_IMAGES + " images can be recorded");
        }
        long place = before.size() * ROOM;
        try {
            before.put(image, Files.readAllBytes(image));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ObjectNode nbd = Json.object().put("driver", "nbd").put("export", EXPORT);
        nbd.putObject("server").put("type", "unix").put("path", socket.toString());
        ObjectNode part =
                Json.object().put("driver", "raw").put("offset", place).put("size", ROOM);
        return logged(file(image.toString()), part.set("file", nbd)).toString();
    }

    /** How far the record has come: all operations that QEMU has said to have ended until now are before it. */
    public long position() {
        return order.toFile().length();
    }

    /**
     * What was recorded, once QEMU has ended; it must have closed the images, and not been killed.
     *
     * @throws TestkitException if what was recorded does not lead to what the images now are
     */
    public Recording stop() {
        daemon.close();
        Recording recording = read();
        recording.requireWhole();
        return recording;
    }

    private Recording read() {
        WriteLog sequence = WriteLog.read(order);
        Map<Long, Long> positions = new HashMap<>();
        for (LogEntry entry : sequence.entries()) {
            if (entry.changesImage()) {
                positions.putIfAbsent(entry.offset(), sequence.endOf(entry));
            }
        }
        Map<Path, WriteLog> read = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        long place = 0;
        for (Path image : before.keySet()) {
            WriteLog log = readAt(place);
            read.put(image, log);
            for (int index = 0; index < log.entries().size(); index++) {
                LogEntry entry = log.entries().get(index);
                Long position = positions.get(place + entry.position());
                if (position == null) {
                    throw new TestkitException("the order of the writes to " + image + " was not recorded");
                }
                steps.add(new Step(image, index, entry, position));
            }
            place += ROOM;
        }
        steps.sort(Comparator.comparingLong(Step::position));
        return new Recording(before, read, steps);
    }

    private WriteLog readAt(long place) {
        try (FileChannel file = FileChannel.open(logs)) {
            ByteBuffer part = file.map(MapMode.READ_ONLY, place, ROOM);
            return WriteLog.of(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode file(String path) {
        return Json.object().put("driver", "file").put("filename", path);
    }

    private static ObjectNode logged(ObjectNode file, ObjectNode log) {
        ObjectNode options = Json.object().put("driver", "blklogwrites").put("log-super-update-interval", 1);
        options.set("file", file);
        return options.set("log", log);
    }

    /** Ends the daemon and deletes the logs; a {@link Recording} stays as it is. */
    @Override
    public void close() {
        try (folder) {
            daemon.close();
        }
    }
}
