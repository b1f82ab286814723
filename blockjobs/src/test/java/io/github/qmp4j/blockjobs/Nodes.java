package io.github.qmp4j.blockjobs;

import io.github.qmp4j.testkit.DiskImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The block nodes that QEMU is started with, lowest first. */
final class Nodes {
    static final long ALL_ROOM = 96 * TestVm.MIB;
    private static final int SECTOR = 512;

    private final Path folder;
    final List<String> options = new ArrayList<>();
    final List<String> devices = new ArrayList<>();

    Nodes(Path folder) {
        this.folder = folder;
    }

    /** The images that are there before QEMU starts. */
    DiskImages images() {
        return new DiskImages(folder);
    }

    void plainChain() {
        qcow2("base", null);
        qcow2("snap1", "base");
        qcow2("snap2", "snap1");
        qcow2("active", "snap2");
    }

    /** A second disk of its own, {@code disk1} on {@code other}, over {@code otherbase}. */
    void andAnotherDisk() {
        MadeOnce.copy("another disk", folder, made -> {
            DiskImages images = new DiskImages(made);
            Path base = images.create("otherbase.qcow2", "qcow2", TestVm.SIZE);
            images.write(base, "qcow2", 7, 0, 24 * TestVm.MIB);
            images.overlay("other.qcow2", base, "qcow2");
        });
        at("otherbase", null, path("otherbase"));
        at("other", "otherbase", path("other"));
        devices.add("virtio-blk-pci,id=disk1,drive=other");
    }

    /** An image of a mebibyte without data. */
    void empty(String name, @Nullable String backing) {
        DiskImages images = images();
        if (backing == null) {
            images.create(name + ".qcow2", "qcow2", TestVm.MIB);
        } else {
            images.overlay(name + ".qcow2", Path.of(path(backing)), "qcow2");
        }
        at(name, backing, path(name));
    }

    /** An image without any bytes. */
    void emptyRaw(String name) {
        Path image = images().create(name + ".raw", "raw", 0);
        options.add("{\"driver\":\"raw\",\"node-name\":\"%s\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                .formatted(name, image));
    }

    /** A disk of this id on a node. */
    void disk(String id, String node) {
        devices.add("virtio-blk-pci,id=" + id + ",drive=" + node);
    }

    /** A second disk, {@code disk1} on {@code other}, over snap1. */
    void overTheSameBase() {
        images().overlay("other.qcow2", Path.of(path("snap1")), "qcow2");
        at("other", "snap1", path("other"));
        devices.add("virtio-blk-pci,id=disk1,drive=other");
    }

    /** A node on a file of another path than its own name. */
    void at(String name, @Nullable String backing, String file) {
        on(name, backing, "\"file\":{\"driver\":\"file\",\"filename\":\"" + file + "\"}");
    }

    /** A node that others may open too. */
    void readOnly(String name, @Nullable String backing) {
        on(name, backing, "\"read-only\":true,\"file\":{\"driver\":\"file\",\"filename\":\"" + path(name) + "\"}");
    }

    /** A second node on the image of another one, which others may open too. */
    void readOnlyTwin(String name, String image) {
        on(name, null, "\"read-only\":true,\"file\":{\"driver\":\"file\",\"filename\":\"" + path(image) + "\"}");
    }

    void qcow2(String name, @Nullable String backing) {
        at(name, backing, path(name));
    }

    /** A node whose file fails at {@code event}, for example {@code read_aio}; reads fail at 4 MiB only, which is data. */
    void failing(String name, @Nullable String backing, String event, int errno, boolean once) {
        on(name, backing, """
                "file":{"driver":"blkdebug","image":{"driver":"file","filename":"%s"},
                "inject-error":[{"event":"%s","errno":%d,"once":%s,"immediately":false%s}]}""".formatted(
                        path(name), event, errno, once, event.startsWith("read") ? ",\"sector\":8192" : ""));
    }

    /** A node of whose writes and flushes QEMU keeps a log, {@code NAME.log}, see {@link WriteLog}. */
    void logged(String name, @Nullable String backing) {
        images().create(name + ".log", "raw", 0);
        on(name, backing, """
                "file":{"driver":"blklogwrites","file":{"driver":"file","filename":"%s"},
                "log":{"driver":"file","filename":"%s"}}""".formatted(path(name), folder.resolve(name + ".log")));
    }

    /** A node that is not flushed, be it for writing or not; a raw one has its file by a node of its own, which is what fails. */
    void unflushable(String name, @Nullable String backing, String format, boolean readOnly) {
        String file = """
                {"driver":"blkdebug","node-name":"%s-file","image":{"driver":"file","filename":"%s"},
                "inject-error":[{"event":"none","iotype":"flush","errno":5}]}""".formatted(name, path(name));
        if (format.equals("raw")) {
            images().flatten(Path.of(path(name)), "qcow2", name + ".raw");
            options.add(file.replace(path(name), folder.resolve(name + ".raw").toString()));
            options.add("{\"driver\":\"raw\",\"node-name\":\"%s\",\"read-only\":%s,\"file\":\"%s-file\"}"
                    .formatted(name, readOnly, name));
        } else {
            on(name, backing, "\"read-only\":%s,\"file\":%s".formatted(readOnly, file));
        }
    }

    /** A node whose file lets all pass until it is flushed, as a job does that gets READY, and then fails at {@code event}. */
    void failingAfterItsFirstFlush(String name, @Nullable String backing, String event, int errno, boolean once) {
        on(name, backing, """
                "file":{"driver":"blkdebug","image":{"driver":"file","filename":"%s"},
                "set-state":[{"event":"flush_to_disk","state":1,"new_state":2}],
                "inject-error":[{"event":"%s","errno":%d,"once":%s,"state":2}]}""".formatted(path(name), event, errno, once));
    }

    /** A node whose file has a node of its own, {@code NAME-file}, so that it can be opened anew. */
    void onNamedFile(String name, @Nullable String backing) {
        fileNode(name);
        on(name, backing, "\"file\":\"" + name + "-file\"");
    }

    /**
     * A node that can grow by so many bytes and no more, as on a full disk, until {@code NAME-limit} is opened anew with more
     * room.
     */
    void withRoomFor(String name, @Nullable String backing, long moreBytes) {
        Path file = Path.of(path(name));
        long limit;
        try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
            limit = (grown.length() + moreBytes) / SECTOR * SECTOR;
            grown.setLength(ALL_ROOM);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fileNode(name);
        options.add(limit(name, limit));
        on(name, backing, "\"file\":\"" + name + "-limit\"");
    }

    /** The options of the node {@code NAME-limit}. */
    static String limit(String name, long bytes) {
        return "{\"driver\":\"raw\",\"node-name\":\"%s-limit\",\"size\":%d,\"file\":\"%s-file\"}"
                .formatted(name, bytes, name);
    }

    private void fileNode(String name) {
        options.add("{\"driver\":\"file\",\"node-name\":\"%s-file\",\"filename\":\"%s\"}".formatted(name, path(name)));
    }

    /** As large as the disk, and nothing can be written to it; it fails as fast as QEMU can try. */
    void failingTarget(String name, int errno) {
        options.add("""
                {"driver":"raw","node-name":"%s","file":{"driver":"blkdebug","image":{"driver":"null-co","size":%d},
                "inject-error":[{"event":"write_aio","errno":%d,"immediately":false}]}}""".formatted(name, TestVm.SIZE, errno));
    }

    private void on(String name, @Nullable String backing, String file) {
        if (name.equals("active")) {
            devices.add("virtio-blk-pci,id=disk0,drive=active");
        }
        options.add("{\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":%s,%s}"
                .formatted(name, backing == null ? "null" : '"' + backing + '"', file));
    }

    String path(String name) {
        return folder.resolve(name + ".qcow2").toString();
    }
}
