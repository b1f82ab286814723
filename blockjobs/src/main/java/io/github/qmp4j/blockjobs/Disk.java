package io.github.qmp4j.blockjobs;

import java.util.Optional;

/**
 * A disk of the guest.
 *
 * @param device its device name, as {@code -drive id=…} gives it; empty for {@code -blockdev}
 * @param qdev the id or QOM path of the guest device that it is plugged into; empty without one
 * @param chain its backing chain
 */
public record Disk(Optional<String> device, Optional<String> qdev, BlockChain chain) {
    private static final String PERIPHERAL = "/machine/peripheral/";

    /** The shortest name: the device name, the qdev id, or the node-name of the active layer. */
    public String name() {
        return device.or(this::qdevId).orElseGet(() -> chain.activeLayer().label());
    }

    /** The id that the user gave with {@code -device …,id=…}. */
    public Optional<String> qdevId() {
        return qdev.map(path -> path.startsWith(PERIPHERAL) ? path.substring(PERIPHERAL.length()) : path)
                .map(path -> path.contains("/") && !path.startsWith("/") ? path.substring(0, path.indexOf('/')) : path);
    }

    boolean isCalled(String name) {
        return device.filter(name::equals).isPresent()
                || qdev.filter(name::equals).isPresent()
                || qdevId().filter(name::equals).isPresent()
                || chain.activeLayer().isCalled(name);
    }
}
