package io.github.qmp4j.examples;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.client.QmpClient;
import java.util.List;

/** A small command line against a running QEMU, the ancestor of qmpctl: {@code SmallCtl SOCKET COMMAND [ARGUMENT ...]}. */
public final class SmallCtl {
    private SmallCtl() {}

    private static final String USAGE = """
            SOCKET disks                     the disks of the QEMU, each with its chain
            SOCKET jobs                      its jobs
            SOCKET pull DISK                 moves all data into the active layer
            SOCKET commit DISK [TOP BASE]    merges overlays into an image below
            SOCKET copy DISK FILE            moves the disk to a new file
            SOCKET cancel JOB""";

    public static void main(String[] args) {
        if (args.length < 2) {
            System.err.println(USAGE);
            System.exit(2);
        }
        try (QmpClient client = QmpClient.connect("unix:" + args[0]).join();
                BlockJobs jobs = BlockJobs.of(client)) {
            run(jobs, List.of(args).subList(1, args.length));
        } catch (RuntimeException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            System.err.println(cause.getMessage());
            System.exit(1);
        }
    }

    private static void run(BlockJobs jobs, List<String> words) {
        switch (words.get(0)) {
            case "disks" -> jobs.disks().join().forEach(disk -> System.out.println(disk.name() + ": " + disk.chain()));
            case "jobs" -> jobs.list().join().forEach(System.out::println);
            case "pull" -> end(jobs, PullRequest.of(words.get(1)));
            case "commit" -> end(jobs, commit(words));
            case "copy" ->
                end(jobs, CopyRequest.of(words.get(1), words.get(2), "qcow2").withWhenReady(WhenReady.PIVOT));
            case "cancel" -> {
                BlockJob job = jobs.attach(new JobId(words.get(1)))
                        .join()
                        .orElseThrow(() -> new IllegalArgumentException("QEMU has no job " + words.get(1)));
                System.out.println(job.cancel().join().end());
            }
            default -> throw new IllegalArgumentException("there is no command " + words.get(0) + "\n" + USAGE);
        }
    }

    private static CommitRequest commit(List<String> words) {
        CommitRequest whole = CommitRequest.of(words.get(1));
        return words.size() < 4
                ? whole.withWhenReady(WhenReady.PIVOT)
                : whole.withTop(words.get(2)).withBase(words.get(3));
    }

    private static void end(BlockJobs jobs, BlockJobRequest request) {
        BlockJob job = jobs.start(request).join();
        job.onUpdate(info -> System.err.printf(
                "\r%s %.0f %% ", info.status(), info.progress().percent()));
        JobOutcome outcome = job.outcome().join().orElseThrow();
        outcome.released().forEach(node -> System.out.println("no longer used: " + node.file()));
    }
}
