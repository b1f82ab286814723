package io.github.qmp4j.qmpctl.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.process.QemuProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Starts a QEMU on the sample chain, with its guest stopped: only the jobs of the demo can change the data of the disk. */
final class DemoQemu {
    static final String DISK = "disk0";

    private DemoQemu() {}

    static CompletableFuture<QemuProcess> start(DemoFolder folder) {
        List<String> command = new ArrayList<>(List.of("qemu-system-x86_64", "-nodefaults", "-display", "none"));
        command.addAll(List.of("-machine", "q35,accel=tcg", "-m", "64M", "-S"));
        String below = "";
        for (String image : SampleChain.IMAGES) {
            command.addAll(List.of("-blockdev", node(folder, image, below)));
            below = image;
        }
        command.addAll(List.of("-device", "virtio-blk-pci,id=" + DISK + ",drive=" + below));
        return QemuProcess.start(command, QmpOptions.defaults().withWaitFor(Duration.ofSeconds(20)));
    }

    private static String node(DemoFolder folder, String image, String below) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("driver", "qcow2").put("node-name", image);
        node.putObject("file")
                .put("driver", "file")
                .put("filename", SampleChain.file(folder, image).toString());
        if (!below.isEmpty()) {
            node.put("backing", below);
        }
        return node.put("read-only", !image.equals("active")).toString();
    }
}
