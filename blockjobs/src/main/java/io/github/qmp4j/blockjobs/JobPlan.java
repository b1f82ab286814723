package io.github.qmp4j.blockjobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a request means on a certain chain: which nodes it works on, and what the chain is when it has completed.
 *
 * @param kind which of QEMU's jobs does it
 * @param top the highest node that is worked on, by its place in {@code before}
 * @param base the node that stays or receives, by its place in {@code before}; its length if there is none
 * @param after the chain when the job has completed, with a pivot where it can have one
 */
record JobPlan(BlockJobRequest request, Kind kind, BlockChain before, int top, int base, BlockChain after) {

    enum Kind {
        PULL("pull", false),
        INTERMEDIATE_COMMIT("commit", false),
        ACTIVE_COMMIT("commit", true),
        COPY("copy", true);

        final String word;
        final boolean becomesReady;

        Kind(String word, boolean becomesReady) {
            this.word = word;
            this.becomesReady = becomesReady;
        }
    }

    /**
     * Lays a request over a chain.
     *
     * @throws BlockChainException if it does not fit
     */
    static JobPlan of(BlockChain chain, BlockJobRequest request) {
        if (request instanceof PullRequest pull) {
            return pull(chain, pull);
        }
        if (request instanceof CommitRequest commit) {
            return commit(chain, commit);
        }
        return copy(chain, (CopyRequest) request);
    }

    private static JobPlan pull(BlockChain chain, PullRequest request) {
        List<BlockNode> nodes = chain.nodes();
        int base = request.base()
                .map(name -> place(chain, request, "base", name))
                .or(() -> request.bottom().map(name -> place(chain, request, "bottom", name) + 1))
                .orElse(nodes.size());
        int top = chain.activeImagePlace();
        if (base <= top) {
            throw new BlockChainException("base '%s' is the active layer of disk %s itself; a base lies below it"
                    .formatted(request.base().orElse(""), request.disk()));
        }
        return new JobPlan(request, Kind.PULL, chain, top, base, joined(nodes.subList(0, top + 1), chain, base));
    }

    /** Filters above the active image stay where they are: with one of them as top QEMU would take them out. */
    private static JobPlan commit(BlockChain chain, CommitRequest request) {
        List<BlockNode> nodes = chain.nodes();
        int active = chain.activeImagePlace();
        if (active == nodes.size() - 1) {
            throw new BlockChainException("disk %s has no backing node that %s could be committed into"
                    .formatted(request.disk(), chain.activeImage().label()));
        }
        int top = request.top().map(name -> place(chain, request, "top", name)).orElse(active);
        if (top < active) {
            throw new BlockChainException(
                    "top '%s' is a filter above the active layer of disk %s, and QEMU would drop it; give '%s' as top, and the filter stays"
                            .formatted(
                                    nodes.get(top).label(),
                                    request.disk(),
                                    chain.activeImage().label()));
        }
        int below = chain.imagePlaceFrom(top + 1);
        int named = request.base()
                .map(name -> place(chain, request, "base", name))
                .orElse(request.shallow() ? below : nodes.size() - 1);
        if (named <= top || named >= nodes.size()) {
            throw new BlockChainException("base '%s' is not below top '%s' in the chain of disk %s: %s"
                    .formatted(request.base().orElse("(none)"), nodes.get(top).label(), request.disk(), drawn(chain)));
        }
        if (request.shallow() && named != below) {
            throw new BlockChainException(
                    "a shallow commit of '%s' goes into its backing node '%s', so the base cannot be '%s'"
                            .formatted(
                                    nodes.get(top).label(),
                                    nodes.get(below).label(),
                                    nodes.get(named).label()));
        }
        if (top > active && nodes.get(top - 1).isFilter()) {
            throw new BlockChainException(
                    "filter '%s' is right above top '%s', and QEMU would leave the header above it as it is"
                            .formatted(
                                    nodes.get(top - 1).label(), nodes.get(top).label()));
        }
        Kind kind = top == active ? Kind.ACTIVE_COMMIT : Kind.INTERMEDIATE_COMMIT;
        return new JobPlan(request, kind, chain, top, named, joined(nodes.subList(0, top), chain, named));
    }

    private static JobPlan copy(BlockChain chain, CopyRequest request) {
        BlockNode target = new BlockNode(
                Optional.empty(),
                request.target(),
                request.format(),
                chain.activeLayer().virtualSize(),
                OptionalLong.empty(),
                false,
                Optional.empty());
        int base = request.shallow() ? 1 : chain.nodes().size();
        return new JobPlan(request, Kind.COPY, chain, 0, base, joined(List.of(target), chain, base));
    }

    private static int place(BlockChain chain, BlockJobRequest request, String role, String name) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < chain.nodes().size(); i++) {
            if (chain.nodes().get(i).isCalled(name)) {
                found.add(i);
            }
        }
        if (found.size() != 1) {
            throw new BlockChainException("%s '%s' is %s in the chain of disk %s: %s"
                    .formatted(role, name, found.isEmpty() ? "not" : "there twice", request.disk(), drawn(chain)));
        }
        return found.get(0);
    }

    private static String drawn(BlockChain chain) {
        return String.join(" → ", chain.nodes().stream().map(BlockNode::label).toList());
    }

    private static BlockChain joined(List<BlockNode> upper, BlockChain chain, int from) {
        List<BlockNode> joined = new ArrayList<>(upper);
        joined.addAll(chain.nodes().subList(from, chain.nodes().size()));
        return new BlockChain(joined);
    }

    BlockNode topNode() {
        return before.nodes().get(top);
    }

    /** The node that stays or receives; empty for a pull of the whole chain and for a full copy. */
    Optional<BlockNode> baseNode() {
        return base < before.nodes().size() ? Optional.of(before.nodes().get(base)) : Optional.empty();
    }

    /** The node whose header is to name another backing file when the job has completed; empty if there is none. */
    Optional<BlockNode> overlay() {
        return switch (kind) {
            case PULL -> baseNode().map(base -> topNode());
            case INTERMEDIATE_COMMIT -> Optional.of(before.nodes().get(top - 1));
            case ACTIVE_COMMIT, COPY -> Optional.empty();
        };
    }

    /** The nodes of the chain that are not in it any more when the job has completed. */
    List<BlockNode> dropped() {
        return before.nodes().stream()
                .filter(node -> after.nodes().stream().noneMatch(node::equals))
                .toList();
    }

    /**
     * The images that no longer mean what they did, once a commit has written to its base: those between top and base,
     * and after a pivot the old active layer too, since the guest goes on writing below it.
     */
    List<BlockNode> invalidated(boolean pivoted) {
        return switch (kind) {
            case PULL, COPY -> List.of();
            case INTERMEDIATE_COMMIT -> before.nodes().subList(top + 1, base);
            case ACTIVE_COMMIT -> before.nodes().subList(pivoted ? top : top + 1, base);
        };
    }
}
