package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link RealQemu} is started with. */
public final class RealQemuBuilder {
    private final List<String> extra = new ArrayList<>();
    private String program = QemuPlace.current().system();
    private String machine = "q35";
    private @Nullable Path directory;
    private boolean strict = true;

    RealQemuBuilder() {}

    /** Adds arguments as they are. */
    public RealQemuBuilder arguments(String... arguments) {
        Collections.addAll(extra, arguments);
        return this;
    }

    /** Adds {@code -blockdev} with these options, JSON or QEMU's key=value form. */
    public RealQemuBuilder blockdev(String options) {
        return arguments("-blockdev", options);
    }

    /** Adds {@code -device} with these options. */
    public RealQemuBuilder device(String options) {
        return arguments("-device", options);
    }

    /** Adds a virtio-blk disk of this device id on a format node of this name; the file node is {@code NODE-file}. */
    public RealQemuBuilder disk(String device, String node, Path image, String format) {
        return blockdev(blockdevOptions(node, image.toString(), format)).device(deviceOptions(device, node));
    }

    /** The machine type; {@code q35} unless said otherwise. {@code none} starts faster but has no bus for a disk. */
    public RealQemuBuilder machine(String type) {
        machine = type;
        return this;
    }

    /** QEMU's working directory, which relative file names start from; its private folder unless said otherwise. */
    public RealQemuBuilder in(Path folder) {
        directory = folder;
        return this;
    }

    /** The program; {@link QemuPlace#system()} of the place where this builder was made, unless said otherwise. */
    public RealQemuBuilder program(String pathOrName) {
        program = pathOrName;
        return this;
    }

    /** Leaves out {@code -compat deprecated-input=reject,deprecated-output=hide}, as it is where QEMU has no such option anyway. */
    public RealQemuBuilder allowDeprecated() {
        strict = false;
        return this;
    }

    /**
     * Starts QEMU and waits until it greets; throws {@link TestkitException} with what QEMU wrote if it ends before, or does not
     * greet within 30 s.
     */
    public RealQemu start() {
        TempFolder folder = TempFolder.create("realqemu");
        try {
            return RealQemu.start(command(folder), directory == null ? folder.path() : directory, folder);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    static String blockdevOptions(String node, String image, String format) {
        ObjectNode file = Json.object()
                .put("driver", "file")
                .put("node-name", node + "-file")
                .put("filename", image);
        ObjectNode options = Json.object().put("driver", format).put("node-name", node);
        return options.set("file", file).toString();
    }

    static String deviceOptions(String device, String node) {
        return "virtio-blk-pci,id=" + device + ",drive=" + node;
    }

    /** A machine of which nothing of a guest ever runs: -S keeps it in prelaunch, and TCG needs no rights. */
    static List<String> idleMachine(String type) {
        List<String> options = new ArrayList<>(List.of("-nodefaults", "-no-user-config", "-display", "none"));
        options.addAll(List.of("-S", "-m", "32", "-accel", "tcg", "-machine", type));
        return options;
    }

    private List<String> command(TempFolder folder) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(idleMachine(machine));
        if (strict && QemuHelp.of(program).lists("-compat")) {
            command.addAll(List.of("-compat", "deprecated-input=reject,deprecated-output=hide"));
        }
        for (String monitor : MonitoredQemu.MONITORS) {
            command.addAll(List.of("-chardev", MonitoredQemu.chardev(folder, monitor)));
            command.addAll(List.of("-qmp", "chardev:" + monitor));
        }
        command.addAll(extra);
        return command;
    }
}
