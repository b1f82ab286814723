package io.github.qmp4j.blockjobs.bitmap;

import io.github.qmp4j.blockjobs.BitmapRule;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Refuses what would drop persistent dirty bitmaps unasked; QEMU itself says nothing. */
public final class BitmapGuard {
    private BitmapGuard() {}

    /**
     * A copy or an active commit that is not to be finished without a pivot counts as if it pivoted. Where nodes cannot be
     * listed now, the bitmaps of lower layers are those that their headers tell of.
     *
     * @throws BlockChainException if a bitmap would be dropped, and the request does not say so
     */
    public static void check(JobPlan plan, Graph graph) {
        boolean stays = plan.becomesReady() && plan.request().whenReady() == WhenReady.FINISH;
        if (!stays) {
            refusal(plan, graph).ifPresent(lost -> {
                throw lost;
            });
        }
    }

    /** Why the job may not take nodes out of the chain; empty if it may. */
    public static Optional<BlockChainException> refusal(JobPlan plan, Graph graph) {
        if (plan.request().settings().bitmaps() != BitmapRule.REFUSE) {
            return Optional.empty();
        }
        List<String> lost = plan.dropped().stream()
                .map(node -> bitmapsOf(node, graph))
                .flatMap(Optional::stream)
                .toList();
        return lost.isEmpty()
                ? Optional.empty()
                : Optional.of(new BlockChainException(
                        "the job would take nodes with persistent dirty bitmaps out of the chain of disk %s: %s; let the request merge or drop them (JobSettings.withBitmaps), or remove them with block-dirty-bitmap-remove"
                                .formatted(plan.request().disk(), String.join(", ", lost))));
    }

    private static Optional<String> bitmapsOf(BlockNode node, Graph graph) {
        return graph.nodes().stream()
                .filter(known -> node.nodeName().filter(known.name()::equals).isPresent())
                .filter(known -> !known.persistentBitmaps().isEmpty())
                .map(known -> node.label() + " has "
                        + known.persistentBitmaps().stream().sorted().collect(Collectors.joining(" and ")))
                .findFirst();
    }
}
