package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One disk on a chain of three small images, of which there can be as many as a matrix has rounds. */
final class SmallDisk implements AutoCloseable {
    private static final long MIB = 1 << 20;
    private static final List<String> CHAIN = List.of("base", "snap", "active");

    private final TempFolder folder = TempFolder.create("small-disk");
    final DiskImages images = new DiskImages(folder.path());

    private SmallDisk() {}

    /** The images as they are at first, and what a guest sees in them as {@code before.raw}. */
    static SmallDisk create() {
        SmallDisk disk = new SmallDisk();
        in(disk.folder());
        return disk;
    }

    /** The same images in a folder of another's. */
    static void in(Path folder) {
        MadeOnce.copy("small disk", folder, made -> fill(new DiskImages(made)));
    }

    private static void fill(DiskImages images) {
        Path below = images.create("base.qcow2", "qcow2", 8 * MIB);
        images.write(below, "qcow2", 1, 0, 2 * MIB);
        for (int layer = 1; layer < CHAIN.size(); layer++) {
            below = images.overlay(CHAIN.get(layer) + ".qcow2", below.getFileName(), "qcow2");
            images.write(below, "qcow2", layer + 1, layer * MIB, MIB + MIB / 2);
        }
        images.flatten(below, "qcow2", "before.raw");
    }

    Path folder() {
        return folder.path();
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    Path image(String name) {
        return path(name + ".qcow2");
    }

    /** A QEMU with this disk as {@code disk0}, on the chain as it was made. */
    RealQemu start() {
        return start(CHAIN);
    }

    /** A QEMU on some of the images, the lowest first. */
    RealQemu start(List<String> chain) {
        RealQemuBuilder builder = RealQemu.builder().in(folder.path());
        String below = null;
        for (String name : chain) {
            builder.blockdev("""
                    {"driver":"qcow2","node-name":"%s","backing":%s,"file":{"driver":"file","filename":"%s"}}""".formatted(name, below == null ? "null" : '"' + below + '"', image(name)));
            below = name;
        }
        return builder.device("virtio-blk-pci,id=disk0,drive=" + below).start();
    }

    /** The files of the live chain, by the second monitor, active layer first. */
    static List<String> liveChain(RealQemu qemu) {
        List<String> files = new ArrayList<>();
        for (JsonNode image = qemu.oracle()
                        .execute("query-block")
                        .get(0)
                        .path("inserted")
                        .path("image");
                image.isObject();
                image = image.path("backing-image")) {
            // A header that is relative makes QEMU give the name as a json: text.
            String name = image.path("filename").asText();
            files.add(name.substring(name.lastIndexOf('/') + 1, name.lastIndexOf(".qcow2")) + ".qcow2");
        }
        return files;
    }

    /** How often QEMU has made a job of this id, by the events of the second monitor. */
    static long starts(RealQemu qemu, JobId id) {
        return qemu.oracle().events().stream()
                .filter(event -> event.path("event").asText().equals("JOB_STATUS_CHANGE"))
                .filter(event -> event.at("/data/id").asText().equals(id.value()))
                .filter(event -> event.at("/data/status").asText().equals("created"))
                .count();
    }

    /** That an image is whole, and holds what the guest saw at first; QEMU must have ended. */
    void assertHoldsAll(String name) {
        images.check(image(name), "qcow2");
        assertThat(images.identical(path("before.raw"), "raw", image(name), "qcow2"))
                .as("%s holds what the guest saw", name)
                .isTrue();
    }

    @Override
    public void close() {
        folder.close();
    }
}
