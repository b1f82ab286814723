package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;

/**
 * A disk: what a guest device is on, or a node that no other node uses, or that is exported. A storage daemon has only the
 * latter. In a QEMU with a guest the nodes that an ended job has left behind are among them.
 *
 * @param device its device name, as {@code -drive id=…} gives it; empty for {@code -blockdev}
 * @param qdev the id or QOM path of the guest device that it is plugged into; empty without one
 * @param chain its backing chain
 * @param exports the ids of the exports of its topmost node
 * @param jobs the jobs that are known to work on it: those of the same {@link BlockJobs}, and others as far as their job-id or
 *     a filter of theirs tells. Filled in by {@link BlockJobs#disks()}
 */
public record Disk(
        Optional<String> device, Optional<String> qdev, BlockChain chain, List<String> exports, List<JobId> jobs) {
    private static final String PERIPHERAL = "/machine/peripheral/";

    public Disk {
        exports = List.copyOf(exports);
        jobs = List.copyOf(jobs);
    }

    /** One on which no job is known. */
    public Disk(Optional<String> device, Optional<String> qdev, BlockChain chain, List<String> exports) {
        this(device, qdev, chain, exports, List.of());
    }

    /** The shortest name: the device name, the qdev id, or the node-name of the active layer. */
    public String name() {
        return device.or(this::qdevId).orElseGet(() -> chain.activeLayer().label());
    }

    /** Whether it has a guest device, or at least a device name. */
    public boolean isPluggedIn() {
        return device.isPresent() || qdev.isPresent();
    }

    /** The id that the user gave with {@code -device …,id=…}. */
    public Optional<String> qdevId() {
        return qdev.map(path -> path.startsWith(PERIPHERAL) ? path.substring(PERIPHERAL.length()) : path)
                .map(path -> path.contains("/") && !path.startsWith("/") ? path.substring(0, path.indexOf('/')) : path);
    }

    /** Whether the user means this disk: by its device name, the id or path of its guest device, or its topmost node. */
    public boolean isCalled(String name) {
        return device.filter(name::equals).isPresent()
                || qdev.filter(name::equals).isPresent()
                || qdevId().filter(name::equals).isPresent()
                || chain.activeLayer().isCalled(name);
    }
}
