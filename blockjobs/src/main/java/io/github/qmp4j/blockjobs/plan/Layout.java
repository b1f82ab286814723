package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.graph.Chains;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request laid over a chain.
 *
 * @param top the highest node that the job works on, by its place in {@code before}
 * @param base the node that stays or receives, by its place in {@code before}; its length if there is none
 * @param after the chain when the job has completed, with a pivot where it can have one
 */
record Layout(BlockJobRequest request, BlockChain before, int top, int base, BlockChain after) {

    /** The place of the node that a request names. */
    static int place(BlockChain chain, BlockJobRequest request, String role, String name) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < chain.nodes().size(); i++) {
            if (chain.nodes().get(i).isCalled(name)) {
                found.add(i);
            }
        }
        if (found.size() != 1) {
            throw new BlockChainException("%s '%s' is %s in the chain of disk %s: %s"
                    .formatted(
                            role, name, found.isEmpty() ? "not" : "there twice", request.disk(), Chains.drawn(chain)));
        }
        return found.get(0);
    }

    /** QEMU would make a read-only disk writable for the job, against the will of who opened it. Lower images usually are. */
    static void requireWritable(BlockChain chain, BlockJobRequest request, int place) {
        if (place == chain.imagePlaceFrom(0) && chain.nodes().get(place).readOnly()) {
            throw new BlockChainException(
                    "the active layer '%s' of disk %s is read-only, and QEMU would open it for writing without asking; reopen it writable first"
                            .formatted(chain.nodes().get(place).label(), request.disk()));
        }
    }

    BlockNode topNode() {
        return before.nodes().get(top);
    }

    Optional<BlockNode> baseNode() {
        return base < before.nodes().size() ? Optional.of(before.nodes().get(base)) : Optional.empty();
    }

    Layout with(BlockChain newBefore, BlockChain newAfter) {
        return new Layout(request, newBefore, top, base, newAfter);
    }
}
