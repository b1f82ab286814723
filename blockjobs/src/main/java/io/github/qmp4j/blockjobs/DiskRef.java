package io.github.qmp4j.blockjobs;

/**
 * A disk as a user names it: by device name, qdev id, QOM path, node-name, or the file name of its active layer. It is
 * matched against what QEMU lists, and never sent to QEMU.
 */
public record DiskRef(String name) {

    public DiskRef {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a disk is empty");
        }
    }

    public static DiskRef of(String name) {
        return new DiskRef(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
