package io.github.qmp4j.qmpctl.watch;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.DiskRef;
import java.util.concurrent.CompletableFuture;

/** Checks that a job can end in the way that the user asks for. */
final class EndingCheck {
    private EndingCheck() {}

    /** Fails with {@link BlockChainException} for a pivot or a finish of a commit that never becomes READY. */
    static CompletableFuture<Void> check(BlockJobs jobs, BlockJobRequest request, ReadyAction whenReady) {
        boolean needsReady = whenReady == ReadyAction.PIVOT
                || whenReady == ReadyAction.PIVOT_TOGETHER
                || whenReady == ReadyAction.FINISH;
        if (!needsReady
                || !(request instanceof CommitRequest commit)
                || commit.top().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return jobs.chain(DiskRef.of(commit.disk().name())).thenAccept(chain -> check(chain, commit));
    }

    private static void check(BlockChain chain, CommitRequest commit) {
        String top = commit.top().orElseThrow();
        if (chain.nodes().stream().skip(chain.imagePlaceFrom(0) + 1).anyMatch(node -> node.isCalled(top))) {
            throw new BlockChainException(
                    "the top '%s' is below the active layer, so the commit ends by itself, without a pivot or an overlay to keep"
                            .formatted(top));
        }
    }
}
