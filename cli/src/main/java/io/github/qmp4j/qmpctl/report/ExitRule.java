package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.report.JobResult.Outcome;
import java.util.Optional;

/** Decides the outcome and the exit code of an ended job. */
record ExitRule(Outcome outcome, ExitCode code, Optional<String> error) {

    static ExitRule on(JobOutcome job, boolean pivotAsked) {
        End end = job.end();
        if (end instanceof End.Failed failed) {
            return new ExitRule(Outcome.FAILED, ExitCode.FAILED, Optional.of(failed.error()));
        }
        if (end instanceof End.Unknown unknown) {
            return new ExitRule(Outcome.UNKNOWN, ExitCode.UNKNOWN, Optional.of(unknown.evidence()));
        }
        if (end instanceof End.Cancelled) {
            return new ExitRule(Outcome.CANCELLED, ExitCode.CANCELLED, Optional.empty());
        }
        return completed(job, pivotAsked);
    }

    private static ExitRule completed(JobOutcome job, boolean pivotAsked) {
        // Another client on a second monitor can end the job in another way.
        if (pivotAsked && job.head() == Head.SOURCE) {
            return new ExitRule(
                    Outcome.FAILED,
                    ExitCode.FAILED,
                    Optional.of("the job ended without the pivot; the guest's disk is on the source"));
        }
        if (pivotAsked && job.head() == Head.UNKNOWN) {
            return new ExitRule(
                    Outcome.UNKNOWN,
                    ExitCode.UNKNOWN,
                    Optional.of("the job ended, and it cannot be proved which side the guest's disk is on"));
        }
        ExitCode code = job.leftovers().isEmpty() ? ExitCode.DONE : ExitCode.LEFTOVERS;
        return new ExitRule(Outcome.COMPLETED, code, Optional.empty());
    }
}
