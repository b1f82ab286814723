package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a copy means on a certain chain. */
final class CopyPlan {
    private CopyPlan() {}

    static JobPlan of(BlockChain chain, CopyRequest request) {
        BlockNode target = new BlockNode(
                Optional.empty(),
                request.target(),
                request.format(),
                chain.activeLayer().virtualSize(),
                OptionalLong.empty(),
                false,
                Optional.empty());
        // What the active image is an overlay of, whatever filters lie between.
        int base = request.shallow()
                ? chain.imagePlaceFrom(chain.activeImagePlace() + 1)
                : chain.nodes().size();
        return new JobPlan(request, JobPlan.Kind.COPY, chain, 0, base, JobPlan.joined(List.of(target), chain, base));
    }
}
