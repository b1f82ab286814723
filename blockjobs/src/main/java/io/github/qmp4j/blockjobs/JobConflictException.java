package io.github.qmp4j.blockjobs;

/** The chain is in use by another job; nothing was started. */
public final class JobConflictException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private final transient JobId other;

    public JobConflictException(JobId other, String message) {
        super(message);
        this.other = other;
    }

    /**
     * The usual sentence for a thing that a job uses.
     *
     * @param what the thing in use, as the subject of the sentence
     */
    public static JobConflictException inUse(String what, JobId other) {
        return new JobConflictException(
                other, "%s is in use by job %s; wait for its end, or cancel it".formatted(what, other));
    }

    /** The job that uses the chain. */
    public JobId other() {
        return other;
    }
}
