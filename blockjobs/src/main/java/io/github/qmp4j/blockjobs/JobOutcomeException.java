package io.github.qmp4j.blockjobs;

import java.util.List;

/** A job has ended in another way than {@link JobOutcome.End.Completed}; thrown by {@link JobOutcome#orElseThrow()} alone. */
public final class JobOutcomeException extends BlockJobException {
    private static final long serialVersionUID = 1L;

    private final transient JobOutcome outcome;

    JobOutcomeException(JobOutcome outcome) {
        super(sentence(outcome));
        this.outcome = outcome;
    }

    private static String sentence(JobOutcome outcome) {
        JobOutcome.End end = outcome.end();
        if (end instanceof JobOutcome.End.Failed failed) {
            return "job %s failed: %s".formatted(outcome.job(), failed.error());
        }
        return end instanceof JobOutcome.End.Unknown unknown
                ? "how job %s ended cannot be proved: %s".formatted(outcome.job(), unknown.evidence())
                : "job %s was cancelled".formatted(outcome.job());
    }

    /** How the job ended, and what it left. */
    public JobOutcome outcome() {
        return outcome;
    }

    @Override
    public List<Leftover> leftovers() {
        return outcome.leftovers();
    }
}
