package io.github.qmp4j.examples;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.process.StorageDaemon;
import java.time.Duration;
import java.util.List;

/**
 * Merges an overlay into its backing file while no guest runs. A {@code qemu-storage-daemon} of its own opens the images, and ends with this
 * program, however that ends.
 *
 * <p>Arguments: the base and the overlay, both qcow2.
 */
public final class OfflineMerge {
    private OfflineMerge() {}

    public static void main(String[] args) {
        List<String> command = List.of(
                "qemu-storage-daemon",
                "--blockdev",
                node("base", args[0], ""),
                "--blockdev",
                node("top", args[1], ",backing=base"));
        QmpOptions options = QmpOptions.defaults().withWaitFor(Duration.ofSeconds(10));
        try (StorageDaemon daemon = StorageDaemon.start(command, options).join();
                BlockJobs jobs = BlockJobs.of(daemon.client())) {
            System.out.println("before: " + jobs.chain(DiskRef.of("top")).join());
            jobs.start(CommitRequest.of("top")).join().pivot().join().orElseThrow();
            System.out.println("merged into " + args[0] + "; " + args[1] + " is no longer needed");
        }
    }

    private static String node(String name, String file, String more) {
        // A comma in a value is written twice.
        return "driver=qcow2,node-name=%s,file.driver=file,file.filename=%s%s"
                .formatted(name, file.replace(",", ",,"), more);
    }
}
