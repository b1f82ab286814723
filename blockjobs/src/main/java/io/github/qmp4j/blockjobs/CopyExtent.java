package io.github.qmp4j.blockjobs;

/** How much of a disk is copied; QEMU's {@code sync}. */
public enum CopyExtent {
    /** All that the guest sees. */
    FULL("full"),
    /** The active layer only: the copy stands on the same backing node. */
    TOP("top"),
    /**
     * Nothing but what the guest writes from now on: the copy stands on the disk as it is. By {@code drive-mirror} to a new
     * file only. Without a pivot what it leaves is no copy of anything.
     */
    NONE("none");

    private final String qmpName;

    CopyExtent(String qmpName) {
        this.qmpName = qmpName;
    }

    /** QEMU's word for it. */
    public String qmpName() {
        return qmpName;
    }
}
