package io.github.qmp4j.examples;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.client.QmpClient;

/** The Java example of the README, so that the build compiles it. */
public final class Embedding {
    private Embedding() {}

    // README: begin
    public static void main(String[] args) {
        QmpAddress monitor = QmpAddress.parse("unix:/run/vm.qmp");
        try (QmpClient client =
                        QmpClient.connect(monitor, QmpOptions.defaults()).join();
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
            BlockJob commit = jobs.start(CommitRequest.of("virtio0")).join();
            commit.onUpdate(info -> System.out.println(info.progress()));
            System.out.println(commit.pivot().join().end());
        }
    }
    // README: end
}
