package io.github.qmp4j.qmpctl.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A chain of qcow2 images with random data in each of them. The images overlap, so that each hides a part of the one
 * below it.
 */
record SampleChain(DemoFolder folder, QemuTools tools, long bytes) {
    /** From the bottom up; the node-names too. */
    static final List<String> IMAGES = List.of("base", "snap1", "snap2", "snap3", "active");

    static final String FLATTENED = "before.raw";

    private static final int MIB = 1 << 20;

    static Path file(DemoFolder folder, String image) {
        return folder.file(image + ".qcow2");
    }

    void create() throws IOException {
        long part = (bytes / MIB + IMAGES.size() - 1) / IMAGES.size() * MIB;
        for (int layer = 0; layer < IMAGES.size(); layer++) {
            String image = IMAGES.get(layer) + ".qcow2";
            if (layer == 0) {
                tools.run("qemu-img", "create", "-q", "-f", "qcow2", image, Long.toString(part * IMAGES.size()));
            } else {
                // The absolute path, as QEMU opens it: by another name QEMU counts it as an overridden backing file.
                String below = file(folder, IMAGES.get(layer - 1)).toString();
                tools.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", below, "-F", "qcow2", image);
            }
            writeRandom(folder.file("random"), part, layer);
            long offset = layer * (part / MIB * 3 / 4) * MIB;
            tools.run("qemu-io", "-f", "qcow2", "-c", "write -q -s random %d %d".formatted(offset, part), image);
        }
        Files.delete(folder.file("random"));
        tools.run("qemu-img", "convert", "-O", "raw", "active.qcow2", FLATTENED);
    }

    /** Data that no format can leave out or compress; the same in each run. */
    private static void writeRandom(Path file, long bytes, int seed) throws IOException {
        Random random = new Random(seed);
        byte[] block = new byte[MIB];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long written = 0; written < bytes; written += MIB) {
                random.nextBytes(block);
                out.write(block);
            }
        }
    }
}
