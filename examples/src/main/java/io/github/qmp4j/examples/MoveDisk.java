package io.github.qmp4j.examples;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.PivotHooks;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.client.QmpClient;

/**
 * Moves a disk of a running guest to another file. The guest stands still while the disk is switched; with a guest agent, freeze and thaw
 * its file systems there instead.
 *
 * <p>Arguments: the monitor's socket, the disk, the new file.
 */
public final class MoveDisk {
    private MoveDisk() {}

    public static void main(String[] args) {
        try (QmpClient client = QmpClient.connect("unix:" + args[0]).join();
                BlockJobs jobs = BlockJobs.of(client)) {
            PivotHooks freeze = PivotHooks.of(
                    ready -> client.execute(QmpCommand.of("stop")), switched -> client.execute(QmpCommand.of("cont")));
            CopyRequest move = CopyRequest.of(args[1], args[2], "qcow2")
                    .withWhenReady(WhenReady.PIVOT)
                    .withSettings(JobSettings.defaults().withPivotHooks(freeze));
            JobOutcome outcome = jobs.start(move).join().outcome().join().orElseThrow();

            System.out.println("the guest writes to " + args[2] + " now");
            outcome.released().forEach(node -> System.out.println("no longer used: " + node.file()));
        }
    }
}
