package io.github.qmp4j.examples;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.client.QmpClient;

/**
 * Merges a snapshot of a running guest: the data of the overlay TOP goes into BASE below it, and TOP leaves the chain.
 *
 * <p>Arguments: the monitor's socket, the disk, TOP and BASE by node-name or file name.
 */
public final class MergeSnapshot {
    private MergeSnapshot() {}

    public static void main(String[] args) {
        try (QmpClient client = QmpClient.connect("unix:" + args[0]).join();
                BlockJobs jobs = BlockJobs.of(client)) {
            CommitRequest merge = CommitRequest.of(args[1]).withTop(args[2]).withBase(args[3]);
            BlockJob job = jobs.start(merge).join();
            job.onUpdate(info -> System.out.printf(
                    "%s %.0f %%%n", info.status(), info.progress().percent()));
            report(job.outcome().join());
        }
    }

    private static void report(JobOutcome outcome) {
        End end = outcome.end();
        if (end instanceof End.Completed) {
            // Proved by the block graph: only these are no longer used, and only now.
            outcome.released().forEach(node -> System.out.println("no longer used: " + node.file()));
        } else if (end instanceof End.Failed failed) {
            System.out.println("failed, and the chain is as it was: " + failed.error());
        } else if (end instanceof End.Cancelled) {
            System.out.println("cancelled, and the chain is as it was");
        } else if (end instanceof End.Unknown unknown) {
            System.out.println("delete nothing, and look at the disk: " + unknown.evidence());
        }
    }
}
