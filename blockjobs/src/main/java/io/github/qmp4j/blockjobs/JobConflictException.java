package io.github.qmp4j.blockjobs;

/** The chain is in use by another job; nothing was started. */
public final class JobConflictException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private final transient JobId other;

    public JobConflictException(JobId other, String message) {
        super(message);
        this.other = other;
    }

    /** The job that uses the chain. */
    public JobId other() {
        return other;
    }
}
