package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobInfo;

/** Where a job stands for a user who watches it: QEMU's status, and what this program is about to do with it. */
public enum Phase {
    STARTING,
    RUNNING,
    PAUSED,
    /** An I/O error stopped it; it waits to be resumed. */
    PAUSED_ON_ERROR,
    READY,
    PIVOTING,
    FINISHING,
    FINALIZING,
    CANCELLING,
    /** It has done its work, or failed, and tidies up. */
    ENDING,
    ENDED;

    public String word() {
        return Json.word(this);
    }

    /** Whether the job stands for good or waits for a user. */
    public boolean needsAttention() {
        return this == PAUSED_ON_ERROR || this == CANCELLING;
    }

    /** What QEMU says of it, where this program does nothing with it. */
    public static Phase of(JobInfo info) {
        return switch (info.status()) {
            case CREATED -> STARTING;
            case RUNNING, OTHER -> RUNNING;
            case PAUSED, STANDBY -> PAUSED;
            case PAUSED_ON_ERROR -> PAUSED_ON_ERROR;
            case READY -> READY;
            case WAITING, PENDING, ABORTING, CONCLUDED -> ENDING;
        };
    }
}
