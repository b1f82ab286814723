package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.blockjobs.graph.Chains;
import java.util.List;

/**
 * Lays a commit over a chain; whether its top is the active layer decides which of the two it is. Filters above the active image stay where they are: with one of them as top QEMU
 * would take them out.
 */
final class CommitPlan {
    private CommitPlan() {}

    static JobPlan of(BlockChain chain, CommitRequest request) {
        List<BlockNode> nodes = chain.nodes();
        int active = chain.imagePlaceFrom(0);
        if (active == nodes.size() - 1) {
            throw new BlockChainException("disk %s has no backing node that %s could be committed into"
                    .formatted(request.disk(), chain.activeImage().label()));
        }
        int top = request.top()
                .map(name -> Layout.place(chain, request, "top", name))
                .orElse(active);
        if (top < active) {
            throw new BlockChainException(
                    "top '%s' is a filter above the active layer of disk %s, and QEMU would drop it; give '%s' as top, and the filter stays"
                            .formatted(
                                    nodes.get(top).label(),
                                    request.disk(),
                                    chain.activeImage().label()));
        }
        Layout.requireWritable(chain, request, top);
        int below = chain.imagePlaceFrom(top + 1);
        int named = request.base()
                .map(name -> Layout.place(chain, request, "base", name))
                .orElse(request.shallow() ? below : nodes.size() - 1);
        requireBase(chain, request, top, below, named);
        if (top > active) {
            requireOverlay(nodes, request, top);
        }
        Layout layout = new Layout(request, chain, top, named, Chains.joined(nodes.subList(0, top), chain, named));
        return top == active ? new ActiveCommitPlan(layout, request) : new IntermediateCommitPlan(layout, request);
    }

    private static void requireBase(BlockChain chain, CommitRequest request, int top, int below, int named) {
        List<BlockNode> nodes = chain.nodes();
        if (named <= top || named >= nodes.size()) {
            throw new BlockChainException("base '%s' is not below top '%s' in the chain of disk %s: %s"
                    .formatted(
                            request.base().orElse("(none)"),
                            nodes.get(top).label(),
                            request.disk(),
                            Chains.drawn(chain)));
        }
        if (request.shallow() && named != below) {
            throw new BlockChainException(
                    "a shallow commit of '%s' goes into its backing node '%s', so the base cannot be '%s'"
                            .formatted(
                                    nodes.get(top).label(),
                                    nodes.get(below).label(),
                                    nodes.get(named).label()));
        }
    }

    /** QEMU rewrites the header of the node right above top, and ends the job by itself. */
    private static void requireOverlay(List<BlockNode> nodes, CommitRequest request, int top) {
        if (nodes.get(top - 1).isFilter()) {
            throw new BlockChainException(
                    "filter '%s' is right above top '%s', and QEMU would leave the header above it as it is"
                            .formatted(
                                    nodes.get(top - 1).label(), nodes.get(top).label()));
        }
        if (request.whenReady() != WhenReady.HOLD) {
            throw new BlockChainException(
                    "a commit of '%s' ends by itself and never becomes READY; leave out the verb for READY (%s)"
                            .formatted(nodes.get(top).label(), request.whenReady()));
        }
    }
}
