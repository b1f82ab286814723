package io.github.qmp4j.blockjobs;

import java.util.List;

/** A job ended before it reached the awaited status. */
public final class JobEndedException extends BlockJobException {
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

    @Override
    public List<Leftover> leftovers() {
        return outcome.leftovers();
    }
}
