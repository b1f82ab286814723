package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.Leftover;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Sample values for tests of the output. */
public final class Samples {
    public static final JobId ID = new JobId("pull-disk0-abc123");
    static final BlockNode NODE = new BlockNode(
            Optional.of("snap1"), "/vm/snap1.qcow2", "qcow2", 1L << 30, OptionalLong.empty(), true, Optional.empty());

    private Samples() {}

    public static JobSnapshot snapshot(Phase phase, long mibDone) {
        return snapshot(phase, mibDone, 0);
    }

    /** Half done, with a limit per second. */
    public static JobSnapshot limited(long mib) {
        return snapshot(Phase.RUNNING, 50, mib << 20);
    }

    private static JobSnapshot snapshot(Phase phase, long mibDone, long speedLimit) {
        JobProgress progress = new JobProgress(
                mibDone << 20,
                100L << 20,
                speedLimit,
                OptionalLong.of(10L << 20),
                Optional.of(Duration.ofSeconds(91)),
                0,
                false);
        return new JobSnapshot("disk0", "pull", Optional.of(ID), phase, progress, Optional.empty());
    }

    public static JobOutcome outcome(JobOutcome.End end, JobOutcome.Head head, Leftover... leftovers) {
        JobProgress progress = new JobProgress(5, 10, 0, OptionalLong.empty(), Optional.empty(), 0, false);
        return new JobOutcome(ID, end, head, progress, List.of(NODE), List.of(), List.of(leftovers));
    }
}
