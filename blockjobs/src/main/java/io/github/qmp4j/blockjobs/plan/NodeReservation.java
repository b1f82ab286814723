package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.graph.DiskKey;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a job keeps of a disk for itself. Two jobs run side by side on one chain only if neither touches what the other works on,
 * and neither can confuse the proof of the other's outcome: one that can be pivoted has its disk alone, since its whole chain is
 * predicted.
 *
 * @param whole whether no other job may work on the disk
 * @param own the nodes that it works on
 * @param read the nodes that it only needs to stay where they are
 */
public record NodeReservation(Disk disk, boolean whole, List<BlockNode> own, List<BlockNode> read) {

    public static NodeReservation of(JobPlan plan, Disk disk) {
        return new NodeReservation(disk, plan.needsWholeDisk(), plan.held(), plan.kept());
    }

    /** Why a job with this claim cannot run beside one with the other; empty if it can. */
    public Optional<String> collision(NodeReservation other) {
        if ((whole || other.whole) && isStackedOn(other.disk)) {
            return Optional.of("disk " + disk.name());
        }
        return shared(own, other.own)
                .or(() -> shared(own, other.read))
                .or(() -> shared(read, other.own))
                .map(node -> "node %s of disk %s".formatted(node.label(), disk.name()));
    }

    /** Whether both are one disk, or one is a node in the chain of the other that is exported. */
    private boolean isStackedOn(Disk other) {
        return DiskKey.of(disk).equals(DiskKey.of(other))
                || has(disk.chain().nodes(), other.chain().activeLayer())
                || has(other.chain().nodes(), disk.chain().activeLayer());
    }

    /** Whether this reservation holds all that the other one does. */
    public boolean covers(NodeReservation other) {
        return DiskKey.of(disk).equals(DiskKey.of(other.disk))
                && (whole || !other.whole)
                && other.own.stream().allMatch(node -> has(own, node))
                && other.read.stream().allMatch(node -> has(own, node) || has(read, node));
    }

    /** All nodes that it keeps. */
    public List<BlockNode> parts() {
        return Stream.concat(own.stream(), read.stream()).toList();
    }

    private static Optional<BlockNode> shared(List<BlockNode> some, List<BlockNode> others) {
        return some.stream().filter(node -> has(others, node)).findFirst();
    }

    private static boolean has(List<BlockNode> nodes, BlockNode node) {
        return nodes.stream().anyMatch(node::isSameImage);
    }
}
