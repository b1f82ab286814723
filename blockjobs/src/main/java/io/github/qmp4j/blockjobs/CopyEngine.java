package io.github.qmp4j.blockjobs;

/** QEMU's two commands for a copy. Both give the same outcomes. */
public enum CopyEngine {
    /**
     * {@code drive-mirror} to a file, {@code blockdev-mirror} to anything else, and for a copy of the active layer onto an
     * existing file: there {@code drive-mirror} opens the backing file a second time.
     */
    AUTO,
    /** {@code drive-mirror}, which opens its target itself; to files only. */
    DRIVE_MIRROR,
    /** {@code blockdev-mirror}, to a node that the library adds, and removes unless the disk has moved there. */
    BLOCKDEV_MIRROR
}
