package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.MIB;

import io.github.qmp4j.testkit.DiskImages;
import java.nio.file.Path;
import java.util.List;

/** Four images on top of each other that all hold data of their own. */
final class FilledChain {
    static final List<String> NAMES = List.of("base", "snap1", "snap2", "active");
    private static final String RECORD = "before.raw";

    private FilledChain() {}

    /** Makes such a chain in the folder, and what a guest sees in it as an independent raw image, which is returned. */
    static Path in(DiskImages images, boolean relative) {
        MadeOnce.copy(
                relative ? "relative chain" : "chain", images.folder(), made -> fill(new DiskImages(made), relative));
        return images.folder().resolve(RECORD);
    }

    private static void fill(DiskImages images, boolean relative) {
        Path below = images.create(file("base"), "qcow2", TestVm.SIZE);
        images.write(below, "qcow2", 1, 0, 24 * MIB);
        for (int layer = 1; layer < NAMES.size(); layer++) {
            Path backing = relative ? below.getFileName() : below;
            below = images.overlay(file(NAMES.get(layer)), backing, "qcow2");
            images.write(below, "qcow2", layer + 1, layer * (8 * MIB), 12 * MIB);
        }
        images.flatten(below, "qcow2", RECORD);
    }

    private static String file(String name) {
        return name + ".qcow2";
    }
}
