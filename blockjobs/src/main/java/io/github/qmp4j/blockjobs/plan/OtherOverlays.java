package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.Optional;

/**
 * Finds another overlay on the image that an intermediate commit takes out, for example of a second disk. QEMU gives every overlay the
 * same new backing name, and a header that it cannot rewrite kills it; an overlay may also be of another size, or in another folder.
 */
public final class OtherOverlays {
    private OtherOverlays() {}

    /**
     * Refuses a commit that would rewrite the header of another overlay too.
     *
     * @throws BlockChainException if there is one
     */
    public static void check(JobPlan plan, Graph graph) {
        find(plan, graph).ifPresent(why -> {
            throw new BlockChainException(why);
        });
    }

    /** Why the commit must not end now; empty where there is no other overlay. */
    public static Optional<String> find(JobPlan plan, Graph graph) {
        if (plan.header().filter(HeaderChange::ofEveryOverlay).isEmpty()) {
            return Optional.empty();
        }
        return graph.nodes().stream()
                .filter(node -> !node.ofJob() && !JobIds.isProof(node.name()))
                .flatMap(node -> graph.chainOf(node.name()).stream())
                .filter(chain -> isOther(chain, plan))
                .findFirst()
                .map(chain ->
                        "'%s' stands on '%s' too, and a commit of disk %s would also rewrite its header, and change what it reads where sizes differ; pull into the disks that stand on '%s' instead"
                                .formatted(
                                        chain.activeLayer().label(),
                                        plan.topNode().label(),
                                        plan.request().disk(),
                                        plan.topNode().label()));
    }

    private static boolean isOther(BlockChain chain, JobPlan plan) {
        BlockNode overlay = chain.activeLayer();
        return chain.nodes().size() > 1
                && !overlay.isFilter()
                && plan.overlay().filter(overlay::isSameImage).isEmpty()
                && chain.nodes().get(chain.imagePlaceFrom(1)).isSameImage(plan.topNode());
    }
}
