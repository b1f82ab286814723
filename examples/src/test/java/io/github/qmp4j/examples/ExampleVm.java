package io.github.qmp4j.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import io.github.qmp4j.testkit.TempFolder;
import java.nio.file.Path;
import java.util.List;

/** A real QEMU with two disks: {@code disk0} on a chain of four images that all hold data, {@code disk1} on one image. */
final class ExampleVm implements AutoCloseable {
    private static final long MIB = 1 << 20;
    private static final List<String> CHAIN = List.of("base", "snap1", "snap2", "active");

    private final TempFolder folder = TempFolder.create("qmp4j-examples");
    final DiskImages images = new DiskImages(folder.path());

    /** What the guest saw on {@code disk0} before anything was done. */
    private final Path before;

    private final RealQemu qemu;

    ExampleVm() {
        RealQemuBuilder builder = RealQemu.builder();
        String backing = "";
        for (String name : CHAIN) {
            Path image = backing.isEmpty()
                    ? images.create(name + ".qcow2", "qcow2", 8 * MIB)
                    : images.overlay(name + ".qcow2", image(backing), "qcow2");
            images.write(image, "qcow2", 1 + CHAIN.indexOf(name), CHAIN.indexOf(name) * MIB, 2 * MIB);
            builder.blockdev("driver=qcow2,node-name=%s,file.driver=file,file.filename=%s%s"
                    .formatted(name, image, backing.isEmpty() ? "" : ",backing=" + backing));
            backing = name;
        }
        before = images.flatten(image("active"), "qcow2", "before.raw");
        builder.device("virtio-blk-pci,id=disk0,drive=active");
        Path other = images.create("other.qcow2", "qcow2", MIB);
        images.write(other, "qcow2", 9, 0, MIB / 2);
        qemu = builder.disk("disk1", "other", other, "qcow2").start();
        ask("cont");
    }

    String monitor() {
        return qemu.monitor().toString();
    }

    Path image(String name) {
        return path(name + ".qcow2");
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    JsonNode ask(String command) {
        return qemu.oracle().execute(command);
    }

    JsonNode ask(String command, String arguments) {
        return qemu.oracle().execute(command, arguments);
    }

    /** Ends QEMU. */
    void end() {
        qemu.close();
    }

    boolean holdsWhatTheGuestSaw(Path image) {
        return images.identical(before, "raw", image, "qcow2");
    }

    @Override
    public void close() {
        qemu.close();
        folder.close();
    }
}
