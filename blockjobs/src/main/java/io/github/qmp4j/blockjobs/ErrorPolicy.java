package io.github.qmp4j.blockjobs;

import java.util.Locale;

/** What QEMU does when a job meets an I/O error, by its {@code BlockdevOnError}. */
public enum ErrorPolicy {
    /** The job fails. */
    REPORT,
    /** It goes on: pull skips and fails at the end, commit and copy try again for ever. */
    IGNORE,
    /** It pauses, and goes on when resumed. */
    STOP,
    /** It pauses where there is no space left, and fails on anything else. */
    ENOSPC;

    /** QEMU's word for it. */
    public String qmpName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
