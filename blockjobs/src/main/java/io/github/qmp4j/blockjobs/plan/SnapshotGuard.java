package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.graph.InternalSnapshot;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses what would leave a disk without data because of an internal snapshot.
 *
 * <p>A snapshot inside an image reads through to its backing file as the image does. So a pull takes away what a snapshot of its
 * receiver stands on. {@code loadvm} beside a pull or a commit undoes what the job has already moved into the image, and QEMU goes on
 * and reports success. Whether a snapshot was loaded QEMU does not tell, so a snapshot that was made while the job ran counts as if.
 */
public final class SnapshotGuard {
    private SnapshotGuard() {}

    /**
     * Refuses a pull into an image whose internal snapshots read through it.
     *
     * @throws BlockChainException if the job would take away what an internal snapshot stands on
     */
    public static void check(JobPlan plan, Graph graph) {
        if (!plan.isReceiverAbove()) {
            return;
        }
        Set<InternalSnapshot> there = of(plan.topNode(), graph);
        if (!there.isEmpty()) {
            throw new BlockChainException(
                    "%s holds internal snapshots (%s), and the pull would take away the images that these stand on; delete them first, with snapshot-delete or delvm"
                            .formatted(plan.topNode().label(), names(there)));
        }
    }

    /** Why a job in PENDING is not to be finalized; empty if nothing is known against that. */
    public static Optional<String> doubt(JobPlan plan, Graph now) {
        if (plan.becomesReady()) {
            return Optional.empty();
        }
        Set<InternalSnapshot> made = new HashSet<>(of(plan.receiver(), now));
        if (!plan.isReceiverAbove()) {
            // A snapshot of all the machine is older than the overlay where it was made before this job.
            made.retainAll(of(plan.before().activeImage(), now));
        }
        return doubt(plan.receiver(), made);
    }

    private static Optional<String> doubt(BlockNode receiver, Set<InternalSnapshot> made) {
        return made.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "the internal snapshot %s was made in %s while the job ran, and to load it would undo what the job has moved"
                                .formatted(names(made), receiver.label()));
    }

    private static Set<InternalSnapshot> of(BlockNode image, Graph graph) {
        return image.nodeName().flatMap(graph::node).map(GraphNode::snapshots).orElse(Set.of());
    }

    private static String names(Set<InternalSnapshot> snapshots) {
        return snapshots.stream().map(InternalSnapshot::name).sorted().collect(Collectors.joining(", "));
    }
}
