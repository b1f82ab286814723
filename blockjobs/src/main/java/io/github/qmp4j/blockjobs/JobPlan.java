package io.github.qmp4j.blockjobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        JobPlan plan = laid(chain, request);
        requireNoWait(plan);
        NewHeader.requireFormat(plan);
        LayerSizes.check(plan);
        return plan;
    }

    /** QEMU would make a read-only disk writable for the job, against the will of who opened it. Lower images usually are. */
    static void requireWritable(BlockChain chain, BlockJobRequest request, int place) {
        if (place == chain.imagePlaceFrom(0) && chain.nodes().get(place).readOnly()) {
            throw new BlockChainException(
                    "the active layer '%s' of disk %s is read-only, and QEMU would open it for writing behind the back of whoever wanted that; reopen it writable first"
                            .formatted(chain.nodes().get(place).label(), request.disk()));
        }
    }

    /**
     * A job that waits to be finalized drains its source, and where that is switched afterwards it can lose writes of the
     * guest.
     *
     * @throws BlockChainException if such a job is not to finalize itself
     */
    private static void requireNoWait(JobPlan plan) {
        if (plan.request().settings().manualFinalize() && plan.kind().becomesReady) {
            throw new BlockChainException(
                    "a %s that becomes READY cannot wait to be finalized, since it could then lose writes of the guest; hold it at READY instead"
                            .formatted(plan.kind().word));
        }
    }

    private static JobPlan laid(BlockChain chain, BlockJobRequest request) {
        if (request instanceof PullRequest pull) {
            return PullPlan.of(chain, pull);
        }
        if (request instanceof CommitRequest commit) {
            return CommitPlan.of(chain, commit);
        }
        return CopyPlan.of(chain, (CopyRequest) request);
    }

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
                    .formatted(role, name, found.isEmpty() ? "not" : "there twice", request.disk(), drawn(chain)));
        }
        return found.get(0);
    }

    static String drawn(BlockChain chain) {
        return String.join(" → ", chain.nodes().stream().map(BlockNode::label).toList());
    }

    /** The given nodes on what is left of a chain from a place on. */
    static BlockChain joined(List<BlockNode> upper, BlockChain chain, int from) {
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

    /** The node whose header QEMU rewrites at the end of the job: the overlay, or what a pull of the whole chain goes into. */
    Optional<BlockNode> rewritten() {
        return kind == Kind.PULL ? Optional.of(topNode()) : overlay();
    }

    /**
     * What the header of the overlay is to name; empty if it names nothing, or if there is no overlay.
     *
     * @throws BlockChainException if that cannot be written
     */
    Optional<String> backingString() {
        BackingName name = BackingName.AS_OPENED;
        if (request instanceof PullRequest pull) {
            name = pull.backingName();
        } else if (request instanceof CommitRequest commit) {
            name = commit.backingName();
        }
        BackingName wanted = name;
        return overlay().flatMap(overlay -> baseNode().map(base -> BackingString.of(overlay, base, wanted)));
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
