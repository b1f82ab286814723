package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A disk of a {@link Vm} on a chain of four images that all hold data of their own, and the second monitor's view of it. */
final class ChainedDisk {
    private static final List<String> CHAIN = List.of("base", "snap1", "snap2", "active");

    private final Vm vm;
    private final int number;
    private final Path before;

    ChainedDisk(Vm vm, int number, int mib) {
        this.vm = vm;
        this.number = number;
        long bytes = mib * Vm.MIB;
        Path image = vm.images.create(file("base"), "qcow2", bytes * 2 * CHAIN.size());
        for (int layer = 0; layer < CHAIN.size(); layer++) {
            String name = CHAIN.get(layer);
            if (layer > 0) {
                image = vm.images.overlay(file(name), image, "qcow2");
            }
            // Each image hides a half of the one below.
            vm.images.write(image, "qcow2", layer + 1, layer * bytes / 2, bytes);
        }
        before = vm.images.flatten(image, "qcow2", "before" + number + ".raw");
        for (int layer = 0; layer < CHAIN.size(); layer++) {
            String name = CHAIN.get(layer);
            String backing = layer == 0 ? "null" : '"' + node(CHAIN.get(layer - 1)) + '"';
            vm.ask("blockdev-add", """
                    {"driver":"qcow2","node-name":"%s","backing":%s,"read-only":%b,
                    "file":{"driver":"file","filename":"%s"}}""".formatted(node(name), backing, !name.equals("active"), image(name)));
        }
        vm.ask("device_add", """
                {"driver":"scsi-hd","id":"%s","drive":"%s"}""".formatted(name(), node("active")));
    }

    /** The id of the device. */
    String name() {
        return "disk" + number;
    }

    /** The node on one of the images {@code base}, {@code snap1}, {@code snap2} and {@code active}. */
    String node(String image) {
        return image + number;
    }

    Path image(String image) {
        return vm.path(file(image));
    }

    /** The files of the live chain from the second monitor, active layer first. */
    List<Path> liveChain() {
        List<Path> files = new ArrayList<>();
        for (JsonNode disk : vm.ask("query-block")) {
            if (disk.path("qdev").asText().equals(name())) {
                JsonNode image = disk.path("inserted").path("image");
                for (; image.isObject(); image = image.path("backing-image")) {
                    files.add(Path.of(image.path("filename").asText()));
                }
            }
        }
        return files;
    }

    void assertChain(String... images) {
        assertThat(liveChain())
                .containsExactly(List.of(images).stream().map(this::image).toArray(Path[]::new));
    }

    /** Asserts that an image with its backing chain holds the data that the guest saw at the start. */
    void assertUnchanged(Path image) {
        // QEMU caches a part of qcow2's tables; the command stop writes them out, even if the guest is stopped.
        vm.ask("stop");
        try {
            Process compare = new ProcessBuilder(
                            "qemu-img",
                            "compare",
                            "-U",
                            "-f",
                            "raw",
                            "-F",
                            "qcow2",
                            before.toString(),
                            image.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(compare.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(compare.waitFor()).as("%s: %s", image, said).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private String file(String image) {
        return node(image) + ".qcow2";
    }
}
