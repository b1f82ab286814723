package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.Evidence.Asked;
import io.github.qmp4j.blockjobs.Evidence.Result;
import java.util.Optional;

/** What was heard of a job's end, and what was asked of the job before. Belongs to the job's mailbox. */
final class Testimony {
    private Optional<Result> told = Optional.empty();
    private Optional<String> error = Optional.empty();
    private Asked asked = Asked.NOTHING;

    void asked(Asked verb) {
        asked = verb;
    }

    /** {@code BLOCK_JOB_COMPLETED} or {@code BLOCK_JOB_CANCELLED}, or our own conclusion in their place. */
    void told(Result result, Optional<String> why) {
        told = Optional.of(result);
        error = why;
    }

    /** What was heard was about another job. */
    void forget() {
        told = Optional.empty();
        error = Optional.empty();
    }

    boolean isGiven() {
        return told.isPresent();
    }

    /** Joins what was heard with what QEMU still had to say when it was asked. */
    Evidence with(JobId id, Conclusion conclusion, JobProgress progress) {
        return new Evidence(
                id,
                result(conclusion),
                conclusion.error().or(() -> error),
                asked,
                progress,
                conclusion.after(),
                conclusion.doubt());
    }

    /** A job that was cancelled has an error too; only the event, or our own asking, tells it from a failure. */
    private Result result(Conclusion conclusion) {
        if (!conclusion.seen() || told.equals(Optional.of(Result.CANCELLED))) {
            return told.orElse(Result.UNKNOWN);
        }
        if (conclusion.error().isEmpty()) {
            // An error that either of them tells is an error.
            return told.equals(Optional.of(Result.FAILED)) ? Result.FAILED : Result.SUCCEEDED;
        }
        return asked == Asked.CANCEL && told.isEmpty() ? Result.CANCELLED : Result.FAILED;
    }
}
