package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.JobStatus;

/**
 * Tells the pause of another client from the short ones that QEMU makes when it drains a node: QEMU's events are the same. QEMU is
 * asked with the progress. A job that is paused in two answers in a row, with no change of status heard in between, is shown as paused.
 * Belongs to the job's mailbox.
 */
final class PauseWatch {
    private static final int NEVER = -1;

    private final JobState state;
    private final Runnable ask;

    /** How many changes of status had been heard when QEMU last said that the job is paused. */
    private int seenAt = NEVER;

    /** Written by the mailbox, read by any thread. */
    private volatile boolean due;

    /** @param ask has QEMU asked for the progress as long as {@link #isDue()} */
    PauseWatch(JobState state, Runnable ask) {
        this.state = state;
        this.ask = ask;
    }

    /** The status has changed. */
    void changed() {
        due = state.isHaltedAndShownBusy();
        if (due) {
            ask.run();
        }
    }

    /** Whether the job may be paused by another client, so that QEMU is to be asked; on any thread. */
    boolean isDue() {
        return due;
    }

    /** @param changes how many changes of status were heard by now */
    void seen(JobStatus answer, int changes) {
        boolean isPaused = answer == JobStatus.PAUSED || answer == JobStatus.STANDBY;
        if (isPaused && seenAt == changes) {
            state.pausedByAnother();
            due = state.isHaltedAndShownBusy();
        }
        seenAt = isPaused ? changes : NEVER;
    }
}
