package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.MIB;

import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Four images on top of each other that all hold data of their own: filled once in a JVM, which takes a while, and copied. */
final class FilledChain {
    static final List<String> NAMES = List.of("base", "snap1", "snap2", "active");
    private static final String RECORD = "before.raw";

    private FilledChain() {}

    private static final class Original {
        static final TempFolder FOLDER = fill();
    }

    private static TempFolder fill() {
        TempFolder folder = TempFolder.create("qmp4j-chain");
        Runtime.getRuntime().addShutdownHook(new Thread(folder::close));
        DiskImages images = new DiskImages(folder.path());
        Path below = images.create(file("base"), "qcow2", TestVm.SIZE);
        images.write(below, "qcow2", 1, 0, 24 * MIB);
        for (int layer = 1; layer < NAMES.size(); layer++) {
            below = images.overlay(file(NAMES.get(layer)), below.getFileName(), "qcow2");
            images.write(below, "qcow2", layer + 1, layer * (8 * MIB), 12 * MIB);
        }
        images.flatten(below, "qcow2", RECORD);
        return folder;
    }

    /** Makes such a chain in the folder, and what a guest sees in it as an independent raw image, which is returned. */
    static Path in(DiskImages images, boolean relative) {
        Path folder = images.folder();
        try {
            for (String name : NAMES) {
                Files.copy(Original.FOLDER.resolve(file(name)), folder.resolve(file(name)));
            }
            Path record = folder.resolve(RECORD);
            Files.createLink(record, Original.FOLDER.resolve(RECORD)); // nobody writes to it
            for (int layer = 1; layer < NAMES.size() && !relative; layer++) {
                images.rebase(
                        folder.resolve(file(NAMES.get(layer))), folder.resolve(file(NAMES.get(layer - 1))), "qcow2");
            }
            return record;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String file(String name) {
        return name + ".qcow2";
    }
}
