package io.github.qmp4j.blockjobs;

/** A job ended before the status came that was waited for. */
public final class JobEndedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient JobOutcome outcome;

    public JobEndedException(JobOutcome outcome) {
        super("job %s ended: %s".formatted(outcome.job(), outcome.end()));
        this.outcome = outcome;
    }

    /** How it ended. */
    public JobOutcome outcome() {
        return outcome;
    }
}
