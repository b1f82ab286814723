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
        Head head = evidence.after().map(this::head).orElse(Head.UNKNOWN);
        return new JobOutcome(
                evidence.job(),
                end(evidence, head),
                head,
                evidence.progress(),
                evidence.result() == Evidence.Result.SUCCEEDED
                        ? evidence.after().map(this::released).orElse(List.of())
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
                yield evidence.asked() == Evidence.Asked.PIVOT && head == Head.SOURCE
                        ? new End.Failed("QEMU reports success, but no disk has been switched")
                        : new End.Completed();
            }
        };
    }

    private Head head(Graph after) {
        if (neverReady()) {
            return Head.SOURCE;
        }
        if (ended) {
            return Head.UNKNOWN;
        }
        return before.disks().stream().anyMatch(disk -> hasSwitched(disk, after)) ? Head.TARGET : Head.SOURCE;
    }

    private static boolean hasSwitched(Disk disk, Graph after) {
        return after.same(disk)
                .map(now -> !now.chain().activeLayer().isSameImage(disk.chain().activeLayer()))
                .orElse(false);
    }

    private List<BlockNode> released(Graph after) {
        List<BlockNode> dropped = new ArrayList<>();
        for (Disk disk : before.disks()) {
            Optional<BlockChain> now = after.same(disk).map(Disk::chain);
            now.ifPresent(chain -> disk.chain().nodes().stream()
                    .filter(node -> chain.nodes().stream().noneMatch(node::isSameImage))
                    .forEach(dropped::add));
        }
        return after.unused(dropped);
    }
}
