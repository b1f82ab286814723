package io.github.qmp4j.blockjobs.node;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.session.ReturningClient;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Removes the nodes of released images from QEMU. Otherwise they stay open, look like disks, and an overlay that still
 * stands on the new active layer makes QEMU refuse the next copy. The nodes that QEMU named itself go with their users.
 */
public final class ReleasedNodes {
    private final JobContext context;
    /** Whether QEMU did not answer before all were removed; touched by one step after another. */
    private boolean cutShort;

    public ReleasedNodes(JobContext context) {
        this.context = context;
    }

    /**
     * Removes those of an outcome, overlays first, as QEMU wants it, and has it written down that the work is over. A node that QEMU refuses to
     * remove is a leftover, and its image is not released: another client uses it. Where QEMU does not answer, nothing is written down,
     * and the process that comes next removes the nodes. Never fails.
     *
     * @param cleaned writes that down
     */
    public CompletableFuture<JobOutcome> remove(
            JobOutcome outcome, JobSettings settings, Function<JobOutcome, CompletableFuture<JobOutcome>> cleaned) {
        List<Leftover> left = new ArrayList<>();
        List<BlockNode> released = new ArrayList<>(outcome.released());
        List<BlockNode> unused = settings.keepReleasedNodes() ? List.of() : outcome.released();
        CompletableFuture<Void> removed = Futures.inTurn(unused, image -> remove(image)
                .thenAccept(why -> why.ifPresent(reason -> {
                    if (!cutShort) {
                        released.remove(image);
                    }
                    left.add(new Leftover(
                            Leftover.Kind.NODE, image.label(), "disk and job no longer use its image, but " + reason));
                })));
        return removed.thenCompose(done -> {
            JobOutcome whole = left.isEmpty()
                    ? outcome
                    : Outcomes.leaving(Outcomes.releasing(outcome, released, outcome.filesChecked()), left);
            return cutShort ? CompletableFuture.completedFuture(whole) : cleaned.apply(whole);
        });
    }

    /** Removes the node of an image, and the one of its file where that has a name. Says why one is left, if so. Never fails. */
    public CompletableFuture<Optional<String>> remove(BlockNode image) {
        return ReturningClient.again(
                        context.client(), () -> context.graphs().read().thenCompose(graph -> remove(graph, image)))
                .exceptionally(failure -> {
                    Throwable cause = Futures.cause(failure);
                    cutShort |= !(cause instanceof QmpCommandException);
                    return Optional.of("QEMU did not let go of it: " + cause.getMessage());
                });
    }

    private CompletableFuture<Optional<String>> remove(Graph graph, BlockNode image) {
        Optional<GraphNode> node = image.nodeName().flatMap(graph::node).filter(found -> isStill(found, image));
        List<String> names = node.stream()
                .flatMap(found -> Stream.concat(Stream.of(found.name()), graph.edges().file(found.name()).stream()))
                .filter(GraphNode::isNamed)
                .toList();
        return Futures.inTurn(names, name -> context.client().execute(GraphNode.removal(name)))
                .thenApply(done -> Optional.empty());
    }

    /** The name may be that of a later node by now. */
    private static boolean isStill(GraphNode node, BlockNode image) {
        return node.image().isEmpty() || node.mayBeFile(image.file());
    }
}
