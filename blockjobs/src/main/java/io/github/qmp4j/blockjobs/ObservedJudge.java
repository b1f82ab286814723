package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges a job that we only met: nothing is known of what it was to do, so what can be told is its own result, and what
 * has changed in the graph since.
 *
 * @param before the graph when we met it
 * @param ended whether it had already ended then
 */
record ObservedJudge(JobType type, Graph before, boolean ended) implements Judge {

    @Override
    public boolean neverReady() {
        return type == JobType.PULL || type == JobType.BACKUP;
    }

    @Override
    public JobOutcome judge(Evidence evidence) {
        List<Disk> disks = disks(evidence.job());
        Head head = evidence.after().map(after -> head(disks, after)).orElse(Head.UNKNOWN);
        return new JobOutcome(
                evidence.job(),
                end(evidence, head),
                head,
                evidence.progress(),
                evidence.result() == Evidence.Result.SUCCEEDED
                        ? evidence.after().map(after -> released(disks, after)).orElse(List.of())
                        : List.of(),
                List.of(),
                List.of());
    }

    private End end(Evidence evidence, Head head) {
        return switch (evidence.result()) {
            case UNKNOWN -> new End.Unknown(evidence.doubt());
            case FAILED -> new End.Failed(evidence.error().orElse("QEMU gave no reason"));
            case CANCELLED -> new End.Cancelled();
            case SUCCEEDED -> {
                if (evidence.after().isEmpty()) {
                    yield new End.Unknown(
                            "QEMU reports success, but the graph could not be checked: " + evidence.doubt());
                }
                yield evidence.asked() == Evidence.Asked.PIVOT ? pivoted(head) : new End.Completed();
            }
        };
    }

    private static End pivoted(Head head) {
        return switch (head) {
            case SOURCE -> new End.Failed("QEMU reports success, but no disk has been switched");
            case TARGET -> new End.Completed();
            case UNKNOWN -> new End.Unknown("QEMU reports success, but it cannot be told whether it switched the disk");
        };
    }

    /** The disks that the job may be on: QEMU does not tell, so the job-id, else the filters of its kind. */
    private List<Disk> disks(JobId job) {
        List<Disk> named = before.disks().stream()
                .filter(disk -> JobIds.isFor(job, disk.name())
                        || disk.device().filter(job.value()::equals).isPresent())
                .toList();
        if (!named.isEmpty()) {
            return named;
        }
        List<Disk> filtered = before.disks().stream()
                .filter(disk -> before.jobFilterIn(disk.chain())
                        .filter(filter -> Conflicts.isBehind(filter, type))
                        .isPresent())
                .toList();
        return filtered.isEmpty() ? before.disks() : filtered;
    }

    private Head head(List<Disk> disks, Graph after) {
        if (neverReady()) {
            return Head.SOURCE;
        }
        if (ended) {
            return Head.UNKNOWN;
        }
        if (disks.stream().allMatch(disk -> isOnSource(disk, after))) {
            return Head.SOURCE;
        }
        // Of several disks another one may have been switched, by a job of its own.
        return disks.size() == 1 && after.same(disks.get(0)).isPresent() ? Head.TARGET : Head.UNKNOWN;
    }

    /** Its old active layer is still in the chain; somebody may have put a snapshot on top. */
    private static boolean isOnSource(Disk disk, Graph after) {
        BlockNode source = disk.chain().activeImage();
        return after.same(disk)
                .filter(now -> now.chain().nodes().stream().anyMatch(source::isSameImage))
                .isPresent();
    }

    private static List<BlockNode> released(List<Disk> disks, Graph after) {
        List<BlockNode> dropped = new ArrayList<>();
        for (Disk disk : disks) {
            Optional<BlockChain> now = after.same(disk).map(Disk::chain);
            now.ifPresent(chain -> disk.chain().nodes().stream()
                    .filter(node -> chain.nodes().stream().noneMatch(node::isSameImage))
                    .forEach(dropped::add));
        }
        return after.unused(dropped);
    }
}
