package io.github.qmp4j.examples;

import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.client.QmpClient;
import java.io.IOException;

/**
 * Shows the jobs of a QEMU, also those of other programs, until its input ends. Nothing is sent that changes a job.
 *
 * <p>Argument: the monitor's socket.
 */
public final class WatchAllJobs {
    private WatchAllJobs() {}

    public static void main(String[] args) throws IOException {
        try (QmpClient client = QmpClient.connect("unix:" + args[0]).join();
                BlockJobs jobs = BlockJobs.of(client)) {
            jobs.onJob(info -> System.out.printf(
                    "%s %s %s %.0f %%%n",
                    info.id(), info.type(), info.status(), info.progress().percent()));
            System.out.println("watching; there are " + jobs.list().join().size() + " jobs");
            while (System.in.read() >= 0) {
                // until the input ends
            }
        }
    }
}
