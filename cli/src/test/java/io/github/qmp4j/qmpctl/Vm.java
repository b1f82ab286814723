package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A real QEMU; tests add the disks that they need. */
final class Vm implements AutoCloseable {
    static final long MIB = 1 << 20;

    private final TempFolder folder = TempFolder.create("qmpctl-vm");
    final DiskImages images = new DiskImages(folder.path());
    final RealQemu qemu = RealQemu.builder().device("virtio-scsi-pci").start();
    private int disks;

    /** A new disk with 8 MiB of data in each of its four images. */
    ChainedDisk disk() {
        return disk(8);
    }

    /** A new disk with this much data in each of its four images. */
    ChainedDisk disk(int mib) {
        return new ChainedDisk(this, ++disks, mib);
    }

    String folder() {
        return folder.path().toString();
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** Runs qmpctl to its end on the monitor of this QEMU. */
    Ended qmpctl(String... arguments) {
        try (Child child = start(arguments)) {
            return child.ended();
        }
    }

    Child start(String... arguments) {
        return Child.start(onMonitor(arguments));
    }

    String[] onMonitor(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--socket", qemu.monitor().toString()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    /** Executes a command on the second monitor, independent of qmpctl. */
    JsonNode ask(String command) {
        return qemu.oracle().execute(command);
    }

    JsonNode ask(String command, String argumentsJson) {
        return qemu.oracle().execute(command, argumentsJson);
    }

    void assertNoJobs() {
        assertThat(ask("query-jobs")).isEmpty();
    }

    /** The only job, from the second monitor. */
    JsonNode onlyJob() {
        JsonNode all = ask("query-jobs");
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    List<String> nodeNames() {
        List<String> names = new ArrayList<>();
        ask("query-named-block-nodes")
                .forEach(node -> names.add(node.path("node-name").asText()));
        return names;
    }

    List<String> files() {
        try (Stream<Path> files = Files.list(folder.path())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (folder) {
            qemu.close();
        }
    }
}
