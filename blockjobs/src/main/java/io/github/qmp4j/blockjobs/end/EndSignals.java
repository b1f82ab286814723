package io.github.qmp4j.blockjobs.end;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.end.EndFacts.Asked;
import io.github.qmp4j.blockjobs.end.EndFacts.Result;
import java.util.Optional;

/** What was heard of a job's end, and what was asked of the job before. Belongs to the job's mailbox. */
public final class EndSignals {
    /**
     * What QEMU gives as the error of a job that was cancelled: the C library's text for ECANCELED. The event says more;
     * this one is left where the event was not heard.
     */
    private static final String ERROR_OF_CANCELLED = "Operation canceled";

    private final SentVerbs verbs = new SentVerbs();
    private Optional<Result> told = Optional.empty();
    private Optional<String> error = Optional.empty();
    /** Why this side has cancelled the job instead of finalizing it. */
    private Optional<String> withdrawn = Optional.empty();

    private Optional<String> givenUp = Optional.empty();

    /** On any thread. */
    public SentVerbs verbs() {
        return verbs;
    }

    /** {@code BLOCK_JOB_COMPLETED} or {@code BLOCK_JOB_CANCELLED}, or our own conclusion in their place. */
    public void told(Result result, Optional<String> why) {
        told = Optional.of(result);
        error = why;
    }

    /** What was heard was about another job. */
    public void forget() {
        told = Optional.empty();
        error = Optional.empty();
    }

    public boolean isGiven() {
        return told.isPresent();
    }

    /** This side is about to cancel the job, since it could not be finalized: that is a failure, and no cancel of a user. */
    public void withdrawn(String why) {
        withdrawn = Optional.of(why);
    }

    /** A pivot was wanted, and this side is about to have the job finished without it. */
    public void givenUp(String why) {
        givenUp = Optional.of(why);
    }

    /** Joins what was heard with what QEMU still had to say when it was asked. */
    public EndFacts with(JobId id, EndReading reading, JobProgress progress) {
        Result result = result(reading);
        boolean isWithdrawn =
                withdrawn.isPresent() && (result == Result.CANCELLED || (result == Result.FAILED && told.isEmpty()));
        return new EndFacts(
                id,
                isWithdrawn ? Result.FAILED : result,
                isWithdrawn ? withdrawn : reading.error().or(() -> error),
                verbs.last(),
                verbs.proved(),
                givenUp,
                progress,
                reading.after(),
                reading.doubt());
    }

    /** A job that was cancelled has an error too; the event tells it from a failure, or the verb, or at last the error itself. */
    private Result result(EndReading reading) {
        if (!reading.seen() || told.equals(Optional.of(Result.CANCELLED))) {
            return told.orElse(Result.UNKNOWN);
        }
        if (reading.error().isEmpty()) {
            // An error that either of them tells is an error.
            return told.equals(Optional.of(Result.FAILED)) ? Result.FAILED : Result.SUCCEEDED;
        }
        boolean isCancelled =
                verbs.isAccepted(Asked.CANCEL) || reading.error().get().equals(ERROR_OF_CANCELLED);
        return told.isEmpty() && isCancelled ? Result.CANCELLED : Result.FAILED;
    }
}
