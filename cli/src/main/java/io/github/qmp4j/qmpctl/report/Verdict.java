package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.qmpctl.report.JobResult.Outcome;
import java.util.Optional;

/** What the end of a job means for the exit code. */
record Verdict(Outcome outcome, ExitCode code, Optional<String> error) {

    static Verdict on(JobOutcome job, boolean pivotAsked) {
        End end = job.end();
        if (end instanceof End.Failed failed) {
            return new Verdict(Outcome.FAILED, ExitCode.FAILED, Optional.of(failed.error()));
        }
        if (end instanceof End.Unknown unknown) {
            return new Verdict(Outcome.UNKNOWN, ExitCode.UNKNOWN, Optional.of(unknown.evidence()));
        }
        if (end instanceof End.Cancelled) {
            return new Verdict(Outcome.CANCELLED, ExitCode.CANCELLED, Optional.empty());
        }
        return completed(job, pivotAsked);
    }

    private static Verdict completed(JobOutcome job, boolean pivotAsked) {
        // Another client on a second monitor can have ended the job in another way than we were about to.
        if (pivotAsked && job.head() == Head.SOURCE) {
            return new Verdict(
                    Outcome.FAILED,
                    ExitCode.FAILED,
                    Optional.of("the job ended without the pivot; the guest's disk is on the source"));
        }
        if (pivotAsked && job.head() == Head.UNKNOWN) {
            return new Verdict(
                    Outcome.UNKNOWN,
                    ExitCode.UNKNOWN,
                    Optional.of("the job ended, and it cannot be proved which side the guest's disk is on"));
        }
        ExitCode code = job.leftovers().isEmpty() ? ExitCode.DONE : ExitCode.LEFTOVERS;
        return new Verdict(Outcome.COMPLETED, code, Optional.empty());
    }
}
