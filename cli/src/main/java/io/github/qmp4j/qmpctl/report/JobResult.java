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
 * The last that this program says of a job.
 *
 * @param disk the disk as the user called it
 * @param job empty where no job was started
 * @param pivoted whether the guest's disk is on the target; empty where it is not known, or no job was started
 * @param error one sentence, where not all went as it was asked
 * @param progress empty where no job was started
 * @param size how large the guest's disk was and is; empty where the job goes on, or that is not known
 * @param filesChecked whether the released images are proved to be in use by nothing on this machine; else it is only known
 *     that this QEMU does not use them
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

    /** How it went. */
    public enum Outcome {
        COMPLETED,
        READY,
        CANCELLED,
        FAILED,
        /** Nothing was started. */
        REFUSED,
        /** It cannot be proved how it ended, or it runs on unwatched. */
        UNKNOWN
    }

    /** Nothing was started. */
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

    /** The job goes on; this program does not. */
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
     * The job has ended.
     *
     * @param pivotAsked whether the guest's disk should be on the target now
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

    /** The same, which names a file that the job made or may have made, where the disk is not on it and it was not asked for. */
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
