package io.github.qmp4j.blockjobs;

import java.util.List;

/**
 * The images of a disk.
 *
 * @param nodes the active layer first, the lowest base last; never empty
 */
public record BlockChain(List<BlockNode> nodes) {

    public BlockChain {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a chain has at least one node");
        }
    }

    /** The node that the guest writes to. */
    public BlockNode activeLayer() {
        return nodes.get(0);
    }

    /**
     * What the chain is after a request has completed: with a pivot, where the request can have one.
     *
     * @throws BlockChainException if the request does not fit this chain
     */
    public BlockChain after(BlockJobRequest request) {
        return JobPlan.of(this, request).after();
    }
}
