package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.job.JobPhase.Action;
import io.github.qmp4j.blockjobs.job.JobPhase.Signal;
import io.github.qmp4j.blockjobs.job.JobPhase.Step;

/** The phase of one job's life, which decides whether events for its job-id are about it. Belongs to the job's mailbox. */
final class JobLife {
    /** Written by the mailbox, read by any thread. */
    private volatile JobPhase phase = JobPhase.SENT;

    private boolean missedEvents;
    /** Whether no other job can have this id, so that a job of this id is the one. */
    private boolean idIsOurs;

    /** Takes the step that the table names for this signal; returns the action. */
    Action on(Signal signal) {
        Step step = phase.on(signal);
        phase = step.next();
        return step.action();
    }

    void eventsMissed() {
        missedEvents = true;
    }

    void idIsOurs() {
        idIsOurs = true;
    }

    /** Whether QEMU listed the job before its start was answered, or both its creation and the answer came. */
    boolean isKnown() {
        return phase == JobPhase.KNOWN;
    }

    /** Whether QEMU has the job, or had it. */
    boolean isOurs() {
        return phase.isThere();
    }

    /** Whether events now are about the job: its reply may overtake the end of an earlier job of the same id. */
    boolean isHeard() {
        return phase.isHeard() || (missedEvents && phase.isThere() && !phase.isOver());
    }

    /** On any thread. */
    boolean isOver() {
        return phase.isOver();
    }

    /** On any thread. */
    boolean isDecided() {
        return phase.isDecided();
    }

    /** Whether the job of this id that QEMU has is ours. */
    boolean isFound() {
        if (phase == JobPhase.IN_DOUBT && idIsOurs) {
            on(Signal.FOUND);
        }
        return phase.isThere();
    }

    /** Whether a job of this id may be ours or not, and nothing will tell. */
    boolean cannotBeTold() {
        return phase == JobPhase.IN_DOUBT && missedEvents;
    }

    /** Whether nothing was heard of it, though it would have been. */
    boolean neverBegan() {
        return !phase.isThere() && !missedEvents;
    }
}
