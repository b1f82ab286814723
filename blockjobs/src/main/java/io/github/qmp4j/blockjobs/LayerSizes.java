package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.OptionalLong;

/**
 * Decides by the sizes of a chain's layers whether a job leaves the guest's view as it is. Beyond the end of a layer an overlay
 * reads zeroes, whatever lies deeper; so a layer that is shorter than both of its neighbours hides the end of the lower one.
 *
 * <p>QEMU reads through the layers that a pull or an intermediate commit takes out, but stops at the end of the highest of them;
 * the base then shows through. An active commit and a copy read to the end of the disk. After the pivot of an active commit the
 * disk is as long as the base.
 */
final class LayerSizes {
    private LayerSizes() {}

    /** @throws BlockChainException if the job would change what the guest reads, or the size of its disk */
    static void check(JobPlan plan) {
        switch (plan.kind()) {
            case PULL, INTERMEDIATE_COMMIT -> requireCoveredBase(plan);
            case ACTIVE_COMMIT -> requireSameSize(plan);
            case COPY -> {
                // The target has the size of the disk, which is looked at before the start.
            }
        }
    }

    private static void requireCoveredBase(JobPlan plan) {
        if (plan.overlay().isEmpty() || plan.baseNode().isEmpty()) {
            return;
        }
        BlockNode overlay = plan.overlay().get();
        BlockNode base = plan.baseNode().get();
        List<BlockNode> nodes = plan.before().nodes();
        BlockNode dropped = nodes.get(nodes.indexOf(overlay) + 1);
        if (dropped.virtualSize() >= Math.min(overlay.virtualSize(), base.virtualSize())) {
            return;
        }
        String wayOut = plan.kind() == JobPlan.Kind.PULL
                ? "pull without a base"
                : "commit the active layer too (no top), pull all of the chain";
        throw new BlockChainException(
                "a %s onto base '%s' would change what '%s' reads: '%s' ends at %d bytes, '%s' at %d, and between the two '%s' (%d) would read old data of the base instead of zeroes; %s, or enlarge '%s' with qemu-img resize while no QEMU has it open"
                        .formatted(
                                plan.kind().word,
                                base.label(),
                                overlay.label(),
                                dropped.label(),
                                dropped.virtualSize(),
                                base.label(),
                                base.virtualSize(),
                                overlay.label(),
                                overlay.virtualSize(),
                                wayOut,
                                dropped.label()));
    }

    private static void requireSameSize(JobPlan plan) {
        CommitRequest request = (CommitRequest) plan.request();
        BlockNode base = plan.baseNode().orElseThrow();
        long size = plan.topNode().virtualSize();
        if (base.virtualSize() > size && !request.growsDisk()) {
            throw new BlockChainException(
                    "a commit into base '%s' (%d bytes) would grow disk %s from %d bytes, and the guest would find old data of the base there; choose a smaller base, or ask for growth (CommitRequest.growingDisk), which has the new part read as zeroes"
                            .formatted(base.label(), base.virtualSize(), request.disk(), size));
        }
    }

    /** How many bytes the active layer must have before the job starts; empty if its size stays. */
    static OptionalLong growth(JobPlan plan) {
        long base = plan.baseNode().map(BlockNode::virtualSize).orElse(0L);
        return plan.kind() == JobPlan.Kind.ACTIVE_COMMIT
                        && base > plan.topNode().virtualSize()
                ? OptionalLong.of(base)
                : OptionalLong.empty();
    }
}
