package io.github.qmp4j.blockjobs.outcome;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.CommitRequest;
import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.PullRequest;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.blockjobs.graph.Graph;
import java.util.List;
import java.util.Optional;

/** Whether a disk is already as a request wants it, so that nothing is left to be done. */
public final class AlreadyApplied {
    private AlreadyApplied() {}

    /** The outcome of a request that the graph shows to be applied; empty where it does not, or cannot. */
    public static Optional<JobOutcome> shownBy(Graph graph, BlockJobRequest request, JobId id) {
        BlockChain chain = graph.find(request.disk()).chain();
        if (request instanceof PullRequest pull) {
            return isPulled(chain, pull) ? Optional.of(reached(id, Head.SOURCE)) : Optional.empty();
        }
        boolean isThere = request.whenReady() != WhenReady.FINISH
                && (request instanceof CommitRequest commit
                        ? isCommitted(chain, commit)
                        : isOn(chain.activeImage(), ((CopyRequest) request).target()));
        return isThere ? Optional.of(reached(id, Head.TARGET)) : Optional.empty();
    }

    /** The process that saw the job end may not have had it flushed. */
    public static List<String> unflushed(Graph graph, BlockJobRequest request) {
        BlockChain chain = graph.find(request.disk()).chain();
        return request instanceof PullRequest pull
                ? chain.nodes().get(top(chain, pull)).nodeName().stream().toList()
                : List.of();
    }

    private static int top(BlockChain chain, PullRequest request) {
        return request.into().map(name -> place(chain, name)).orElse(chain.imagePlaceFrom(0));
    }

    private static boolean isPulled(BlockChain chain, PullRequest request) {
        List<BlockNode> nodes = chain.nodes();
        int top = top(chain, request);
        if (top < 0 || request.bottom().isPresent()) {
            return false;
        }
        boolean isLowest = top == nodes.size() - 1;
        return request.base()
                .map(base -> !isLowest && nodes.get(top + 1).isCalled(base))
                .orElse(isLowest && nodes.get(top).backingFile().isEmpty());
    }

    /** Only a commit of the active layer leaves a trace by which it is known later: the disk is on the base. */
    private static boolean isCommitted(BlockChain chain, CommitRequest request) {
        boolean isTopGone = request.top().map(name -> place(chain, name) < 0).orElse(true);
        return isTopGone
                && request.base()
                        .filter(base -> chain.activeImage().isCalled(base))
                        .isPresent();
    }

    private static boolean isOn(BlockNode active, CopyTarget target) {
        if (target instanceof CopyTarget.Node node) {
            return active.nodeName().equals(Optional.of(node.nodeName()));
        }
        Optional<String> path = active.path();
        return target instanceof CopyTarget.File file
                ? path.equals(Optional.of(file.path())) && active.driver().equals(file.format())
                : target instanceof CopyTarget.BlockDevice device
                        && path.equals(Optional.of(device.path()))
                        && active.driver().equals(device.format());
    }

    private static int place(BlockChain chain, String name) {
        for (int i = 0; i < chain.nodes().size(); i++) {
            if (chain.nodes().get(i).isCalled(name)) {
                return i;
            }
        }
        return -1;
    }

    private static JobOutcome reached(JobId id, Head head) {
        return new JobOutcome(id, new End.Completed(), head, JobProgress.NONE, List.of(), List.of(), List.of());
    }
}
