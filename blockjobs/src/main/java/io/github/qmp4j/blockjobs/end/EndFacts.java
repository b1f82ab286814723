package io.github.qmp4j.blockjobs.end;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.graph.Graph;
import java.util.List;
import java.util.Optional;

/**
 * All that is known of how a job ended, before its outcome is decided.
 *
 * @param result what QEMU says of it
 * @param error QEMU's error text; empty after a success
 * @param asked the last verb of ours that QEMU has accepted, or may have; NOTHING where there is none
 * @param granted the one way of ending it that QEMU has certainly accepted from us; NOTHING where there is none, or where another one
 *     may have been accepted too
 * @param givenUp why this side gave up a pivot that was wanted, and had the job finished without it; empty where it did not
 * @param after the graph after the job was dismissed; empty if it could not be read
 * @param doubt what could not be found out; empty where all was
 */
public record EndFacts(
        JobId job,
        Result result,
        Optional<String> error,
        Asked asked,
        Asked granted,
        Optional<String> givenUp,
        JobProgress progress,
        Optional<Graph> after,
        String doubt) {

    public JobOutcome unknown(String why) {
        return new JobOutcome(
                job, new End.Unknown(why), JobOutcome.Head.UNKNOWN, progress, List.of(), List.of(), List.of());
    }

    public enum Result {
        SUCCEEDED,
        FAILED,
        CANCELLED,
        UNKNOWN
    }

    public enum Asked {
        NOTHING,
        PIVOT,
        FINISH,
        CANCEL,
        FINALIZE
    }
}
