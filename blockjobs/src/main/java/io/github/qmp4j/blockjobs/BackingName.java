package io.github.qmp4j.blockjobs;

/** How an overlay's header names its new backing file. */
public enum BackingName {
    /**
     * As QEMU has opened it: absolutely, or relative to the overlay where both were opened relative to QEMU's folder. A base that takes
     * more than a name, for example a part of a file, by the {@code json:} text of its options, as QEMU itself does.
     */
    AS_OPENED,
    /**
     * Relative to the overlay, so that both can be moved together. Only for a base in the overlay's folder or below it: a way
     * upwards leads elsewhere behind a symbolic link.
     */
    RELATIVE,
    /** Absolutely. Only for a base that was opened so, since QEMU's own folder is not known. */
    ABSOLUTE
}
