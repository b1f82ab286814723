package io.github.qmp4j.blockjobs;

import java.util.List;

/** What a pull means on a certain chain. Filters above the active layer stay where they are. */
final class PullPlan {
    private PullPlan() {}

    static JobPlan of(BlockChain chain, PullRequest request) {
        List<BlockNode> nodes = chain.nodes();
        int base = request.base()
                .map(name -> JobPlan.place(chain, request, "base", name))
                .or(() -> request.bottom().map(name -> JobPlan.place(chain, request, "bottom", name) + 1))
                .orElse(nodes.size());
        int top = request.into()
                .map(name -> JobPlan.place(chain, request, "into", name))
                .orElse(chain.imagePlaceFrom(0));
        if (nodes.get(top).isFilter()) {
            throw new BlockChainException("'%s' is a filter and holds no data; name the image below it"
                    .formatted(nodes.get(top).label()));
        }
        JobPlan.requireWritable(chain, request, top);
        if (base <= top) {
            throw new BlockChainException(
                    request.into().isEmpty()
                            ? "base '%s' is the active layer of disk %s itself; a base lies below it"
                                    .formatted(request.base().orElse(""), request.disk())
                            : "what is pulled into '%s' lies below it in the chain of disk %s: %s"
                                    .formatted(nodes.get(top).label(), request.disk(), JobPlan.drawn(chain)));
        }
        return new JobPlan(
                request, JobPlan.Kind.PULL, chain, top, base, JobPlan.joined(nodes.subList(0, top + 1), chain, base));
    }
}
