package io.github.qmp4j.blockjobs;

import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import io.github.qmp4j.testkit.WriteRecorder;
import java.nio.file.Path;
import java.util.List;

/**
 * One disk, {@code disk0}, on a chain of three images with small clusters, and a fourth, {@code copy}, without data. All writes to
 * them are recorded.
 */
final class PowerCutDisk implements AutoCloseable {
    static final int KIB = 1024;
    static final int SIZE = 512 * KIB;
    static final List<String> NAMES = List.of("base", "snap", "active", "copy");
    private static final String CLUSTERS = "cluster_size=4k";
    private static final String UNSAFE = "{\"cache\":{\"no-flush\":true},";
    private static final int CLUSTER = 4 * KIB;

    private final TempFolder folder = TempFolder.create("power-cut");
    final DiskImages images = new DiskImages(folder.path());
    final WriteRecorder recorder;

    PowerCutDisk() {
        MadeOnce.copy("power cut disk", folder.path(), made -> fill(new DiskImages(made)));
        recorder = WriteRecorder.start();
    }

    /** The upper layers hold each fourth cluster, so that a job moves many small pieces; the last quarter is empty. */
    private static void fill(DiskImages images) {
        Path base = images.create(file("base"), "qcow2", SIZE, CLUSTERS);
        for (int part = 0; part < 3; part++) {
            images.write(base, "qcow2", 1 + part, part * (SIZE / 4L), SIZE / 4);
        }
        Path snap = images.overlay(file("snap"), base, "qcow2", CLUSTERS);
        Path active = images.overlay(file("active"), snap, "qcow2", CLUSTERS);
        for (int offset = 0; offset < SIZE * 3 / 4; offset += 4 * CLUSTER) {
            images.write(snap, "qcow2", 100 + offset / CLUSTER, offset + CLUSTER, CLUSTER);
            images.write(active, "qcow2", 101 + offset / CLUSTER, offset + 3 * CLUSTER, CLUSTER);
        }
        images.create(file("copy"), "qcow2", SIZE, CLUSTERS);
        images.flatten(active, "qcow2", "before.raw");
    }

    private static String file(String name) {
        return name + ".qcow2";
    }

    Path image(String name) {
        return folder.resolve(file(name));
    }

    /** What a guest sees at first, as a raw image. */
    Path before() {
        return folder.resolve("before.raw");
    }

    /**
     * A QEMU with the disk.
     *
     * @param safe whether a flush reaches the images, as it does unless QEMU is told {@code cache=unsafe}
     */
    RealQemu start(boolean safe) {
        RealQemuBuilder builder = RealQemu.builder();
        for (String name : NAMES) {
            int below = NAMES.indexOf(name) - 1;
            String backing = below < 0 || name.equals("copy") ? "null" : '"' + NAMES.get(below) + '"';
            String file = recorder.file(image(name));
            builder.blockdev("{\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":%s,\"file\":%s}"
                    .formatted(name, backing, safe ? file : file.replaceFirst("\\{", UNSAFE)));
        }
        return builder.device("virtio-blk-pci,id=disk0,drive=active").start();
    }

    @Override
    public void close() {
        try (folder) {
            recorder.close();
        }
    }
}
