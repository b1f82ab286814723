package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Decides which header is proved to be writable, and when. A pull and a commit rewrite the header of an overlay at their end; where
 * QEMU cannot, a commit kills it, and a pull fails when it has changed the graph.
 *
 * <p>Not all headers can be proved. QEMU writes the format of the image itself as that of its backing file, so both must be
 * qcow2. It calls an image of a relative name by a {@code json:} text from then on, and adds the format where the header has none;
 * such a header is proved only in PENDING, when it is about to change anyway.
 */
final class HeaderProof {
    /** The formats that name a backing file in a header which QEMU cannot rewrite. */
    private static final Set<String> FIXED_HEADERS = Set.of("vmdk", "qcow");

    private static final Optional<String> FORMAT = Optional.of(HeaderRewrite.FORMAT);

    private HeaderProof() {}

    /** @throws BlockChainException if QEMU never rewrites a header of this format */
    static void requireFormat(JobPlan plan) {
        plan.rewritten().filter(image -> FIXED_HEADERS.contains(image.driver())).ifPresent(image -> {
            throw new BlockChainException(
                    "a %s of disk %s would end by rewriting the header of '%s', and QEMU cannot rewrite a header of the format %s; copy the disk to qcow2 first"
                            .formatted(plan.kind().word, plan.request().disk(), image.label(), image.driver()));
        });
    }

    /**
     * Removes the filters of proofs that a lost session has left on a chain: QEMU takes no node below them for a root. Completes when
     * they are gone, or cannot be removed.
     */
    static CompletableFuture<Void> clear(JobContext context, BlockChain chain, Edges edges) {
        return filters(chain, edges).isEmpty()
                ? CompletableFuture.completedFuture(null)
                // Those of other processes are gone when their turn is over.
                : context.headers()
                        .during(() -> context.graphs().edges().thenCompose(now -> cleared(context, chain, now)));
    }

    private static CompletableFuture<Void> cleared(JobContext context, BlockChain chain, Edges edges) {
        CompletableFuture<Void> cleared = CompletableFuture.completedFuture(null);
        for (String filter : filters(chain, edges)) {
            cleared = cleared.thenCompose(done ->
                    context.client().execute(TargetNodes.removal(filter)).handle((reply, failure) -> null));
        }
        return cleared;
    }

    private static List<String> filters(BlockChain chain, Edges edges) {
        return chain.nodes().stream()
                .flatMap(image -> image.nodeName().stream())
                .flatMap(name -> edges.users(name).stream())
                .map(Edges.Edge::name)
                .filter(JobIds::isProof)
                .toList();
    }

    /**
     * Proves before the start a header that the proof leaves as it was, byte for byte. Completes at once for any other; fails with
     * {@link BlockChainException} where QEMU cannot write it.
     *
     * @param graph the graph that the job was planned on
     */
    static CompletableFuture<Void> beforeStart(JobContext context, JobPlan plan, Graph graph) {
        return plan.rewritten()
                .filter(image -> image.backingFormat().equals(FORMAT))
                .filter(image ->
                        image.backingFile().filter(name -> name.startsWith("/")).isPresent())
                // A pull itself opens its image for writing at its start, and is refused where QEMU cannot.
                .filter(image -> plan.kind() != JobPlan.Kind.PULL || !image.readOnly())
                .map(image -> context.headers().during(() -> proved(context, plan, image, graph, true)))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /**
     * Proves while the job waits in PENDING any header in which the proof writes no wrong format. Completes and fails as before
     * the start. To be called during a {@link HeaderTurn}.
     *
     * @param now the graph as it is now
     */
    static CompletableFuture<Void> beforeFinalize(JobContext context, JobPlan plan, Graph now) {
        return plan.rewritten()
                .flatMap(BlockNode::nodeName)
                .flatMap(now::chainOf)
                .filter(HeaderProof::keepsItsFormat)
                .map(chain -> cleared(context, chain, now.edges())
                        .thenCompose(cleared -> proved(context, plan, chain.activeLayer(), now, false)))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private static boolean keepsItsFormat(BlockChain chain) {
        BlockNode image = chain.activeLayer();
        Optional<String> opened = chain.nodes().size() > 1
                ? Optional.of(chain.nodes().get(chain.imagePlaceFrom(1)).driver())
                : Optional.empty();
        return image.backingFile().isEmpty()
                || image.backingFormat().or(() -> opened).equals(FORMAT);
    }

    private static CompletableFuture<Void> proved(
            JobContext context, JobPlan plan, BlockNode image, Graph graph, boolean othersMayWork) {
        // An earlier reading may tell a name that the header has no longer.
        boolean isCurrent = image.nodeName()
                .flatMap(graph::node)
                .filter(GraphNode::isCurrent)
                .isPresent();
        // Without a backing node QEMU refuses the proof, and the job changes no header.
        boolean hasBacking = image.nodeName()
                .flatMap(name -> graph.edges().child(name, Edges.BACKING))
                .isPresent();
        return isCurrent && hasBacking && Optional.of(image.driver()).equals(FORMAT)
                ? new HeaderRewrite(context, plan, image, graph.edges(), othersMayWork).run()
                : CompletableFuture.completedFuture(null);
    }
}
