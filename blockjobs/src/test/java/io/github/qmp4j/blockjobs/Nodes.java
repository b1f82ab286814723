package io.github.qmp4j.blockjobs;

import io.github.qmp4j.testkit.DiskImages;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The block nodes that QEMU is started with, lowest first. */
final class Nodes {
    private final Path folder;
    final List<String> options = new ArrayList<>();
    final List<String> devices = new ArrayList<>();

    Nodes(Path folder) {
        this.folder = folder;
    }

    void plainChain() {
        qcow2("base", null);
        qcow2("snap1", "base");
        qcow2("snap2", "snap1");
        qcow2("active", "snap2");
    }

    /** A second disk of its own, {@code disk1} on {@code other}, over {@code otherbase}. */
    void andAnotherDisk() {
        DiskImages images = new DiskImages(folder);
        Path base = images.create("otherbase.qcow2", "qcow2", TestVm.SIZE);
        images.write(base, "qcow2", 7, 0, 24 * TestVm.MIB);
        images.overlay("other.qcow2", base, "qcow2");
        at("otherbase", null, path("otherbase"));
        at("other", "otherbase", path("other"));
        devices.add("virtio-blk-pci,id=disk1,drive=other");
    }

    /** A second disk, {@code disk1} on {@code other}, over snap1. */
    void overTheSameBase() {
        new DiskImages(folder).overlay("other.qcow2", Path.of(path("snap1")), "qcow2");
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

    /** A node whose file lets all pass until it is flushed, as a job does that gets READY, and then fails at {@code event}. */
    void failingAfterItsFirstFlush(String name, @Nullable String backing, String event, int errno, boolean once) {
        on(name, backing, """
                "file":{"driver":"blkdebug","image":{"driver":"file","filename":"%s"},
                "set-state":[{"event":"flush_to_disk","state":1,"new_state":2}],
                "inject-error":[{"event":"%s","errno":%d,"once":%s,"state":2}]}""".formatted(path(name), event, errno, once));
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
