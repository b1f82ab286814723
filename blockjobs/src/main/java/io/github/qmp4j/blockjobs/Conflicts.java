package io.github.qmp4j.blockjobs;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the job of somebody else that has a chain already; QEMU's own refusal names none. */
final class Conflicts {
    private Conflicts() {}

    /**
     * @param claim what a new job is to have
     * @param ours what our own jobs have, which are kept apart elsewhere
     * @throws JobConflictException if one of {@code jobs} may have any of that, or has the id that the new one is to have
     */
    static void check(Graph graph, Claim claim, JobId wanted, List<JobInfo> jobs, Map<JobId, Claim> ours) {
        if (jobs.stream().anyMatch(job -> job.id().equals(wanted))) {
            throw JobRegistry.conflict(wanted);
        }
        Disk disk = claim.disk();
        List<JobInfo> others =
                jobs.stream().filter(job -> !ours.containsKey(job.id())).toList();
        List<JobInfo> named = others.stream()
                .filter(job -> JobIds.isFor(job.id(), disk.name()))
                .toList();
        List<GraphNode> filters = foreignFilters(
                graph,
                disk,
                ours.entrySet().stream()
                        .filter(own -> !own.getKey().equals(wanted))
                        .map(Map.Entry::getValue)
                        .toList());
        // A pull has the nodes from its filter on down, as far as can be told; that there is one more cannot be seen.
        boolean seen = named.stream().allMatch(job -> job.type() == JobType.PULL) && named.size() <= filters.size();
        Optional<JobInfo> inTheWay = filters.stream()
                .filter(filter -> claim.whole() || claim.touches(behind(filter, disk.chain())))
                .flatMap(filter -> others.stream().filter(job -> isBehind(filter, job.type())))
                .findFirst();
        inTheWay.or(() -> seen ? Optional.empty() : named.stream().findFirst()).ifPresent(job -> {
            throw new JobConflictException(job.id(), sentence(disk, job));
        });
    }

    /** The jobs that certainly work on a disk; one of several that a filter may be of is not certain. */
    static List<JobId> jobsOn(Disk disk, Graph graph, List<JobInfo> jobs, Map<JobId, Claim> ours) {
        List<JobInfo> others =
                jobs.stream().filter(job -> !ours.containsKey(job.id())).toList();
        List<GraphNode> filters = foreignFilters(graph, disk, ours.values());
        return jobs.stream()
                .filter(job -> Optional.ofNullable(ours.get(job.id()))
                        .map(own -> DiskKey.of(own.disk()).equals(DiskKey.of(disk)))
                        .orElseGet(() -> JobIds.isFor(job.id(), disk.name())
                                || disk.device()
                                        .filter(job.id().value()::equals)
                                        .isPresent()
                                || filters.stream().anyMatch(filter -> isOnly(job, filter, others))))
                .map(JobInfo::id)
                .toList();
    }

    private static boolean isOnly(JobInfo job, GraphNode filter, List<JobInfo> others) {
        return others.stream()
                .filter(other -> isBehind(filter, other.type()))
                .toList()
                .equals(List.of(job));
    }

    private static List<GraphNode> foreignFilters(Graph graph, Disk disk, Collection<Claim> ours) {
        return graph.jobFiltersIn(disk.chain().nodes()).stream()
                .filter(filter -> ours.stream().noneMatch(own -> isOn(filter, own)))
                .toList();
    }

    private static boolean isOn(GraphNode filter, Claim own) {
        return own.disk().chain().nodes().stream().filter(own::worksOn).anyMatch(node -> node.file()
                .equals(filter.file()));
    }

    /** The nodes that the job of a filter may work on. A commit may have the root too, and what is above its top. */
    private static List<BlockNode> behind(GraphNode filter, BlockChain chain) {
        List<BlockNode> nodes = chain.nodes();
        int place = 0;
        while (!GraphNode.isMirrorFilter(filter.driver())
                && !nodes.get(place).file().equals(filter.file())) {
            place++;
        }
        return nodes.subList(place, nodes.size());
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
