package io.github.qmp4j.examples;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.client.QmpClient;
import java.util.List;
import java.util.stream.Stream;

/**
 * Moves several disks of one guest together: no disk is switched before the copies of all are in step, and none stays moved alone where
 * another one fails before.
 *
 * <p>Arguments: the monitor's socket, the folder to move to, the disks.
 */
public final class SeveralDisks {
    private SeveralDisks() {}

    public static void main(String[] args) {
        try (QmpClient client = QmpClient.connect("unix:" + args[0]).join();
                BlockJobs jobs = BlockJobs.of(client)) {
            List<CopyRequest> moves = Stream.of(args)
                    .skip(2)
                    .map(disk -> CopyRequest.of(disk, args[1] + "/" + disk + ".qcow2", "qcow2")
                            .withWhenReady(WhenReady.PIVOT))
                    .toList();
            for (BlockJob job : jobs.startTogether(moves).join()) {
                JobOutcome outcome = job.outcome().join();
                System.out.println(job.id() + ": " + outcome.end() + ", the guest is on its " + outcome.head());
            }
        }
    }
}
