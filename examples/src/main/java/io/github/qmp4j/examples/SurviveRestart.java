package io.github.qmp4j.examples;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.JobKey;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.JobStore;
import io.github.qmp4j.client.QmpClient;
import java.nio.file.Path;

/**
 * Merges a chain exactly once, however often this program is killed and started again: the first run starts the job, a later one takes it
 * over, and one that comes after its end finds out how it ended.
 *
 * <p>Arguments: the monitor's socket, the disk, the file of the job store, a speed limit in bytes per second.
 */
public final class SurviveRestart {
    private SurviveRestart() {}

    public static void main(String[] args) {
        QmpAddress monitor = QmpAddress.parse("unix:" + args[0]);
        try (JobStore store = JobStore.file(Path.of(args[2]));
                QmpClient client =
                        QmpClient.connect(monitor, QmpOptions.defaults()).join();
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults().withStore(store))) {
            // The key names the work, not the attempt.
            JobKey key = JobKey.of("vm7/" + args[1] + "/merge snap2 into base");
            CommitRequest merge = CommitRequest.of(args[1])
                    .withTop("snap2")
                    .withBase("base")
                    .withSettings(JobSettings.defaults().withSpeed(Long.parseLong(args[3])));
            BlockJob job = jobs.adoptOrStart(key, merge).join();
            System.out.println(job.id() + " is under way");
            System.out.println(job.outcome().join().end());
            // Without this a later call with the key gives this outcome again.
            jobs.forget(key).join();
        }
    }
}
