package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.PullRequest;

/** Lays a request over a chain. */
public final class Planner {
    private Planner() {}

    /**
     * The plan of a request on a chain.
     *
     * @throws BlockChainException if the request does not fit the chain
     */
    public static JobPlan plan(BlockChain chain, BlockJobRequest request) {
        JobPlan plan = laid(chain, request);
        requireNoWait(plan);
        NewHeader.requireFormat(plan);
        plan.requireSizes();
        return plan;
    }

    private static JobPlan laid(BlockChain chain, BlockJobRequest request) {
        return switch (request.type()) {
            case PULL -> PullPlan.of(chain, (PullRequest) request);
            case COMMIT -> CommitPlan.of(chain, (CommitRequest) request);
            case COPY -> CopyPlan.of(chain, (CopyRequest) request);
            case BACKUP, OTHER -> throw new IllegalArgumentException("no plan is known for " + request);
        };
    }

    /**
     * A job that waits to be finalized drains its source, and where that is switched afterwards it can lose writes of the
     * guest.
     */
    private static void requireNoWait(JobPlan plan) {
        if (plan.request().settings().manualFinalize() && plan.becomesReady()) {
            throw new BlockChainException(
                    "a %s that becomes READY cannot wait to be finalized, since it could then lose writes of the guest; hold it at READY instead"
                            .formatted(plan.word()));
        }
    }
}
