package io.github.qmp4j.blockjobs.outcome;

import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobRecord.Step;
import io.github.qmp4j.blockjobs.JobRecord.Told;
import io.github.qmp4j.blockjobs.JobRecord.Verb;
import io.github.qmp4j.blockjobs.QemuInstance;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.end.EndFacts.Asked;
import io.github.qmp4j.blockjobs.end.EndFacts.Result;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.Graph;
import java.util.List;
import java.util.Optional;

/**
 * Decides the outcome of a recorded job that QEMU does not have: by what QEMU said of its end, if that was written down, by what was asked of
 * the job, and by the graph as it is now. What none of them proves is unknown.
 *
 * @param inSameRun whether this is certainly the run of QEMU that the job belongs to
 * @param inAnotherRun whether it is certainly another one; where both are false, it is unknown
 * @param sameMonitor whether the command that starts it would have come by the monitor that was asked now
 */
public record UnseenEnd(
        JobRecord record, RecordedChain chain, boolean inSameRun, boolean inAnotherRun, boolean sameMonitor) {

    public static UnseenEnd of(JobRecord record, Graph graph, QemuInstance now) {
        boolean inSameRun = now.isCertainly(record.qemu());
        return new UnseenEnd(
                record,
                RecordedChain.of(record, graph, inSameRun),
                inSameRun,
                now.isCertainlyNot(record.qemu()),
                now.monitor().equals(record.qemu().monitor()));
    }

    /**
     * Whether it is proved that the job was never started: the command was about to be sent, can no longer come, and the disk
     * is unchanged. Dismissing the job of a key by hand takes that proof away.
     */
    public boolean neverStarted() {
        // A monitor takes the next session when it has obeyed or dropped what the one before had sent.
        boolean cannotCome = inAnotherRun || (inSameRun && sameMonitor);
        return record.step() == Step.INTENT && cannotCome && chain.isAsBefore();
    }

    public JobOutcome outcome() {
        if (record.told().isPresent()) {
            return confirmed(record.told().get());
        }
        JobOutcome applied = outcomeOf(Result.SUCCEEDED, Optional.empty());
        boolean isThere = applied.completed() && (!becomesReady() || applied.head() == Head.TARGET);
        if (isThere && (inSameRun || isDurable())) {
            return applied;
        }
        if (inAnotherRun && cannotHaveSucceeded() && chain.isAsBefore()) {
            return outcomeOf(Result.FAILED, Optional.of("QEMU ended before the job did"));
        }
        return unknown("the job is no longer in QEMU, how it ended was not written down, and the graph does not tell");
    }

    private JobOutcome confirmed(Told told) {
        if (told.end() instanceof End.Failed failed) {
            return outcomeOf(Result.FAILED, Optional.of(failed.error()));
        }
        if (told.end() instanceof End.Cancelled) {
            return outcomeOf(Result.CANCELLED, Optional.empty());
        }
        JobOutcome applied = outcomeOf(Result.SUCCEEDED, Optional.empty());
        if (inSameRun) {
            return applied;
        }
        // Another QEMU has the disk on the side that it was described with, be it the right one or not.
        Head right = record.asked().equals(Optional.of(Verb.PIVOT)) ? Head.TARGET : Head.SOURCE;
        return applied.completed() && (becomesReady() ? applied.head() == right : isDurable())
                ? applied
                : unknown(
                        "QEMU reported success, but was restarted before it was certain that all data had been written");
    }

    /**
     * Whether another run of QEMU can be believed: what a pull or an intermediate commit moved was on disk before the header was
     * rewritten, and the header is.
     */
    private boolean isDurable() {
        return record.isFinalized() && chain.isHeaderAsPlanned();
    }

    private boolean becomesReady() {
        return chain.plan().becomesReady();
    }

    /** A job that holds at READY needs a verb to come to a good end. */
    private boolean cannotHaveSucceeded() {
        return becomesReady()
                ? record.asked().filter(verb -> verb != Verb.CANCEL).isEmpty()
                : chain.isHeaderUntouched();
    }

    private JobOutcome outcomeOf(Result result, Optional<String> error) {
        JobOutcome decided = chain.decide()
                .outcomeOf(
                        new EndFacts(
                                record.jobId(),
                                result,
                                error,
                                asked(),
                                Asked.NOTHING,
                                Optional.empty(),
                                record.told().map(Told::progress).orElse(JobProgress.NONE),
                                Optional.of(chain.now()),
                                "no process saw its end"),
                        true);
        // Whose images those are that another QEMU does not list is not known.
        return inSameRun ? decided : Outcomes.releasing(decided, List.of(), false);
    }

    private JobOutcome unknown(String why) {
        return Outcomes.inDoubt(outcomeOf(Result.UNKNOWN, Optional.empty()), why);
    }

    private Asked asked() {
        return record.asked()
                .map(verb -> switch (verb) {
                    case PIVOT -> Asked.PIVOT;
                    case FINISH -> Asked.FINISH;
                    case CANCEL -> Asked.CANCEL;
                    case FINALIZE -> Asked.FINALIZE;
                })
                .orElse(Asked.NOTHING);
    }
}
