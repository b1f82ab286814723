package io.github.qmp4j.blockjobs.job;

/**
 * Whether the job that is heard of is the one that was to start: until the start is answered, an end of this id may be that
 * of another client's job. Belongs to the job's mailbox.
 */
final class StartTracking {
    /** Whether QEMU has, or had, the job that this handle is for. */
    private boolean exists;
    /** Whether its creation was heard, so that what is heard is about this job and not about an earlier one of its id. */
    private boolean created;
    /** Whether it is known what became of the command that starts it. */
    private boolean answered;
    /** Whether an end was heard before that. */
    private boolean endedBefore;

    private boolean missedEvents;
    /** Whether no other job can have this id, so that a job of this id is the one. */
    private boolean idIsOurs;

    /** The start is answered: with a reply, or in doubt for good; gives whether an end was heard before. */
    boolean answered() {
        answered = true;
        return endedBefore;
    }

    /** QEMU has accepted the command, or lists the job. */
    void exists() {
        exists = true;
    }

    /** The event that a job of this id is created: what was heard before was about another. */
    void created() {
        exists = true;
        created = true;
        endedBefore = false;
    }

    /** It was there before this handle. */
    void met() {
        created();
        answered();
    }

    boolean isOurs() {
        return exists;
    }

    /** Whether events are about it; its reply may overtake the end of an earlier job of the same id. */
    boolean isTold() {
        return created || (exists && missedEvents);
    }

    /** Whether an end that is heard now can be taken for ours; if not, it is kept in mind until the start is answered. */
    boolean mayEnd() {
        endedBefore |= !answered;
        return answered;
    }

    void eventsMissed() {
        missedEvents = true;
    }

    void idIsOurs() {
        idIsOurs = true;
    }

    /** Whether the job of this id that QEMU has is ours. */
    boolean isFound() {
        if (!exists && idIsOurs && answered) {
            met();
        }
        return exists;
    }

    /** Whether a job of this id may be ours or not, and nothing will tell. */
    boolean cannotBeTold() {
        return !exists && answered && missedEvents;
    }

    /** Whether nothing was heard of it, though it would have been. */
    boolean neverBegan() {
        return !exists && !missedEvents;
    }
}
