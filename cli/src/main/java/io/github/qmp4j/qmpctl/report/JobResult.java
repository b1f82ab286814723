package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DiskSize;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The result of one job for the user: the last line that qmpctl prints about it.
 *
 * @param disk the disk as the user named it
 * @param job empty if no job was started
 * @param pivoted whether the guest's disk is on the target; empty if that is unknown, or no job was started
 * @param error one sentence if the job did not do what the user asked for
 * @param progress empty if no job was started
 * @param size the size of the guest's disk before and after; empty if the job goes on, or that is unknown
 * @param filesChecked whether it is proved that nothing on this machine uses the released images; otherwise only this QEMU
 *     is known not to use them
 * @param plainText whether encrypted data may have been written in plain text
 */
public record JobResult(
        String disk,
        String kind,
        Outcome outcome,
        ExitCode code,
        Optional<JobId> job,
        Optional<Boolean> pivoted,
        Optional<String> error,
        Optional<JobProgress> progress,
        List<BlockNode> released,
        boolean filesChecked,
        List<BlockNode> invalidated,
        List<Leftover> leftovers,
        Optional<DiskSize> size,
        boolean plainText) {

    /** How the job ended, or why qmpctl no longer follows it. */
    public enum Outcome {
        COMPLETED,
        READY,
        CANCELLED,
        FAILED,
        /** Nothing was started. */
        REFUSED,
        /** How the job ended cannot be proved, or the job goes on unwatched. */
        UNKNOWN
    }

    /** The result if no job was started. */
    public static JobResult refused(String disk, String kind, Failure failure) {
        return new JobResult(
                disk,
                kind,
                failure.code() == ExitCode.CANCELLED ? Outcome.CANCELLED : Outcome.REFUSED,
                failure.code(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(failure.sentence()),
                Optional.empty(),
                List.of(),
                false,
                List.of(),
                List.of(),
                Optional.empty(),
                false);
    }

    /** The result if the job goes on, and qmpctl ends. */
    public static JobResult goesOn(JobSnapshot snapshot, Outcome outcome, ExitCode code, Optional<String> error) {
        return new JobResult(
                snapshot.disk(),
                snapshot.kind(),
                outcome,
                code,
                snapshot.id(),
                outcome == Outcome.READY ? Optional.of(false) : Optional.empty(),
                error,
                Optional.of(snapshot.progress()),
                List.of(),
                false,
                List.of(),
                List.of(),
                Optional.empty(),
                false);
    }

    /**
     * The result of an ended job.
     *
     * @param pivotAsked whether the user asked for a pivot
     */
    public static JobResult ended(String disk, String kind, boolean pivotAsked, JobOutcome outcome) {
        ExitRule verdict = ExitRule.on(outcome, pivotAsked);
        return new JobResult(
                disk,
                kind,
                verdict.outcome(),
                verdict.code(),
                Optional.of(outcome.job()),
                pivoted(outcome.head()),
                verdict.error(),
                Optional.of(outcome.progress()),
                outcome.released(),
                outcome.filesChecked(),
                outcome.invalidated(),
                outcome.leftovers(),
                outcome.size(),
                outcome.plainText());
    }

    /** Adds the new file of a copy to the leftovers, unless the copy succeeded or the disk uses the file. */
    public JobResult leaving(Optional<String> newFile) {
        boolean isWanted = outcome == Outcome.COMPLETED || outcome == Outcome.READY || pivoted.orElse(false);
        boolean isNamed = newFile.isEmpty()
                || leftovers.stream().anyMatch(left -> left.name().equals(newFile.get()));
        if (isWanted || isNamed) {
            return this;
        }
        List<Leftover> all = new ArrayList<>(leftovers);
        all.add(new Leftover(
                Leftover.Kind.FILE,
                newFile.get(),
                outcome == Outcome.UNKNOWN
                        ? "the job may have made it"
                        : "the job made it, and the disk does not use it"));
        return new JobResult(
                disk,
                kind,
                outcome,
                code,
                job,
                pivoted,
                error,
                progress,
                released,
                filesChecked,
                invalidated,
                all,
                size,
                plainText);
    }

    private static Optional<Boolean> pivoted(JobOutcome.Head head) {
        return switch (head) {
            case TARGET -> Optional.of(true);
            case SOURCE -> Optional.of(false);
            case UNKNOWN -> Optional.empty();
        };
    }
}
