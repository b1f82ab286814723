package io.github.qmp4j.examples;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.client.QmpClient;

/** The Java example of the README, so that the build compiles it. */
public final class Embedding {
    private Embedding() {}

    // README: begin
    public static void main(String[] args) {
        try (QmpClient client = QmpClient.connect("unix:/run/vm.qmp").join();
                BlockJobs jobs = BlockJobs.of(client)) {
            CommitRequest merge = CommitRequest.of("virtio0").withTop("snap2").withBase("base");
            BlockJob job = jobs.start(merge).join();
            job.onUpdate(info -> System.out.println(info.progress()));
            JobOutcome outcome = job.outcome().join().orElseThrow();
            outcome.released().forEach(node -> System.out.println(node.file() + " is no longer used"));
        }
    }
    // README: end
}
