package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.graph.DiskKey;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.plan.NodeReservation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the foreign job that holds a part of a chain; QEMU's own refusal names none. */
public final class Conflicts {
    private Conflicts() {}

    /**
     * @param reservation what a new job is to have
     * @param ours what our own jobs have, which are kept apart elsewhere
     * @throws JobConflictException if one of {@code jobs} has any of that, or has the id that the new one is to have
     */
    static void check(
            Graph graph,
            NodeReservation reservation,
            JobId wanted,
            List<JobInfo> jobs,
            Map<JobId, NodeReservation> ours) {
        if (jobs.stream().anyMatch(job -> job.id().equals(wanted))) {
            throw JobRegistry.conflict(wanted);
        }
        List<JobInfo> others =
                jobs.stream().filter(job -> !ours.containsKey(job.id())).toList();
        others.stream()
                .filter(job -> isInTheWay(graph, reservation, job.id()))
                .findFirst()
                .or(() -> others.stream()
                        .filter(job -> job.status() == JobStatus.CONCLUDED && mayHaveAFilter(job.type()))
                        .filter(job ->
                                graph.hasFilterOfEndedJob(reservation.disk().chain()))
                        .findFirst())
                .ifPresent(job -> {
                    throw new JobConflictException(job.id(), sentence(reservation.disk(), job));
                });
    }

    private static boolean isInTheWay(Graph graph, NodeReservation reservation, JobId job) {
        Set<String> theirs = graph.workedOnBy(job);
        // One that may be switched has its disk alone, whichever of the two that is.
        List<BlockNode> parts = reservation.whole() || graph.edges().maySwitch(job.value())
                ? reservation.disk().chain().nodes()
                : reservation.parts();
        return parts.stream()
                .anyMatch(node -> node.nodeName().filter(theirs::contains).isPresent());
    }

    /** Before QEMU 7.2 the filter of a mirror stays until its job is dismissed. */
    private static boolean mayHaveAFilter(JobType type) {
        return type == JobType.COPY || type == JobType.COMMIT;
    }

    /** The jobs that work on a disk. */
    public static List<JobId> jobsOn(Disk disk, Graph graph, List<JobInfo> jobs, Map<JobId, NodeReservation> ours) {
        return jobs.stream()
                .map(JobInfo::id)
                .filter(job -> Optional.ofNullable(ours.get(job))
                        .map(own -> DiskKey.of(own.disk()).equals(DiskKey.of(disk)))
                        .orElseGet(() -> isOn(disk, graph.workedOnBy(job))))
                .toList();
    }

    private static boolean isOn(Disk disk, Set<String> nodes) {
        return disk.chain().nodes().stream()
                .anyMatch(node -> node.nodeName().filter(nodes::contains).isPresent());
    }

    private static String sentence(Disk disk, JobInfo job) {
        String held = "disk %s is held by job %s, which ".formatted(disk.name(), job.id());
        return switch (job.status()) {
            case CONCLUDED -> held + "has ended and is not dismissed";
            case PENDING ->
                held + "waits in PENDING until it is adopted (qmpctl wait %s) or cancelled".formatted(job.id());
            default -> "disk %s is in use by job %s; wait for its end, or cancel it".formatted(disk.name(), job.id());
        };
    }
}
