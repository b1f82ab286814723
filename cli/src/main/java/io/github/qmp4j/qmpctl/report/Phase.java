package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobInfo;

/** The phase of a job for the user: QEMU's status, or what qmpctl is doing to end the job. */
public enum Phase {
    STARTING,
    RUNNING,
    PAUSED,
    /** An I/O error stopped the job; it waits to be resumed. */
    PAUSED_ON_ERROR,
    READY,
    PIVOTING,
    FINISHING,
    FINALIZING,
    CANCELLING,
    /** The job has done its work or failed, and cleans up. */
    ENDING,
    ENDED;

    public String word() {
        return Json.word(this);
    }

    /** Whether the job needs the user, or is being cancelled. */
    public boolean needsAttention() {
        return this == PAUSED_ON_ERROR || this == CANCELLING;
    }

    /** The phase by QEMU's status alone. */
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
