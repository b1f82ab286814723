package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.job.StartPhase.Signal;

/**
 * Decides whether events and answers about a job-id belong to the job of one start. Until QEMU has answered the start command they may
 * belong to an earlier job of the same id. Belongs to the job's mailbox.
 */
final class StartTracking {
    private StartPhase phase = StartPhase.SENT;

    private boolean missedEvents;
    /** Whether no other job can have this id, so that a job of this id is the one. */
    private boolean idIsOurs;

    /** QEMU has accepted the command, or lists the job; gives whether an end was heard before. */
    boolean accepted() {
        return answered(Signal.REPLY);
    }

    /** The command will not be answered; gives whether an end was heard before. */
    boolean inDoubt() {
        return answered(Signal.NO_REPLY);
    }

    private boolean answered(Signal signal) {
        boolean endHeard = phase.hasHeardAnEnd();
        phase = phase.after(signal);
        return endHeard;
    }

    /** The event that a job of this id is created: what was heard before was about another. */
    void created() {
        phase = phase.after(Signal.CREATION);
    }

    /** It was there before this handle. */
    void met() {
        phase = phase.after(Signal.FOUND);
    }

    boolean isOurs() {
        return phase.isThere();
    }

    /** Whether events are about it; its reply may overtake the end of an earlier job of the same id. */
    boolean isTold() {
        return phase.isHeard() || (phase.isThere() && missedEvents);
    }

    /** Whether an end that is heard now can be taken for ours; if not, it is kept in mind until the start is answered. */
    boolean mayEnd() {
        phase = phase.after(Signal.END);
        return phase.isAnswered();
    }

    void eventsMissed() {
        missedEvents = true;
    }

    void idIsOurs() {
        idIsOurs = true;
    }

    /** Whether the job of this id that QEMU has is ours. */
    boolean isFound() {
        if (phase == StartPhase.IN_DOUBT && idIsOurs) {
            met();
        }
        return phase.isThere();
    }

    /** Whether a job of this id may be ours or not, and nothing will tell. */
    boolean cannotBeTold() {
        return phase == StartPhase.IN_DOUBT && missedEvents;
    }

    /** Whether nothing was heard of it, though it would have been. */
    boolean neverBegan() {
        return !phase.isThere() && !missedEvents;
    }
}
