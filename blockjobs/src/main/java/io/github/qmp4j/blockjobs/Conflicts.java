package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;

/** Finds the job of somebody else that has a chain already; QEMU's own refusal names none. */
final class Conflicts {
    private Conflicts() {}

    /** @throws JobConflictException if one of {@code jobs} is on the disk, or has the id that a new one is to have */
    static void check(Graph graph, Disk disk, JobId wanted, List<JobInfo> jobs) {
        if (jobs.stream().anyMatch(job -> job.id().equals(wanted))) {
            throw JobRegistry.conflict(wanted);
        }
        Optional<JobInfo> byName =
                jobs.stream().filter(job -> JobIds.isFor(job.id(), disk.name())).findFirst();
        Optional<JobInfo> other =
                byName.or(() -> graph.jobFilterIn(disk.chain()).flatMap(filter -> jobs.stream()
                        .filter(job -> isBehind(filter, job.type()))
                        .findFirst()));
        other.ifPresent(job -> {
            throw new JobConflictException(job.id(), sentence(disk, job));
        });
    }

    static boolean isBehind(GraphNode filter, JobType type) {
        return switch (filter.driver()) {
            case "mirror_top" -> type == JobType.COPY || type == JobType.COMMIT;
            case "commit_top" -> type == JobType.COMMIT;
            default -> type == JobType.PULL;
        };
    }

    private static String sentence(Disk disk, JobInfo job) {
        return job.status() == JobStatus.CONCLUDED
                ? "disk %s is held by job %s, which has ended and nobody has dismissed".formatted(disk.name(), job.id())
                : "disk %s is in use by job %s; wait for its end, or cancel it".formatted(disk.name(), job.id());
    }
}
