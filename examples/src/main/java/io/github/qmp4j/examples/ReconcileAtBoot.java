package io.github.qmp4j.examples;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.Finding;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.client.QmpClient;
import java.nio.file.Path;

/**
 * What an orchestrator does first when it comes back: look for jobs that an earlier process has left in QEMU, take them over, and remove
 * what they left behind.
 *
 * <p>Arguments: the monitor's socket, the file of the job store.
 */
public final class ReconcileAtBoot {
    private ReconcileAtBoot() {}

    public static void main(String[] args) {
        QmpAddress monitor = QmpAddress.parse("unix:" + args[0]);
        try (JobStore store = JobStore.file(Path.of(args[1]));
                QmpClient client =
                        QmpClient.connect(monitor, QmpOptions.defaults()).join();
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults().withStore(store))) {
            for (Finding finding : jobs.reconcile().join()) {
                System.out.println(finding.kind() + " " + finding.name() + ": " + finding.what());
                jobs.resolve(finding).join().ifPresent(ReconcileAtBoot::finish);
            }
            System.out.println("nothing is left to do");
        }
    }

    private static void finish(BlockJob job) {
        System.out.println(job.id() + ": " + job.outcome().join().end());
    }
}
