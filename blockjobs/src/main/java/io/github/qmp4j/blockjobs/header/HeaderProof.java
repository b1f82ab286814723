package io.github.qmp4j.blockjobs.header;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.file.Migrations;
import io.github.qmp4j.blockjobs.graph.Edges;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.NewHeader;
import io.github.qmp4j.blockjobs.session.HeaderTurn;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Decides which header is proved to be writable, and when. A pull and a commit rewrite the header of an overlay at their end; where
 * QEMU cannot, a commit kills it, and a pull fails when it has changed the graph.
 *
 * <p>Not all headers can be proved. QEMU writes the format of the image itself as that of its backing file, so both must be
 * qcow2. It calls an image of a relative name by a {@code json:} text from then on, and adds the format where the header has none;
 * such a header is proved only in PENDING, when it is about to change anyway. Where no node may be added, see {@link IoThreads},
 * nothing is proved in PENDING.
 */
public final class HeaderProof {
    private static final Optional<String> FORMAT = Optional.of(HeaderRewrite.FORMAT);

    private HeaderProof() {}

    /**
     * Removes the filters of proofs that a lost session has left on a chain: QEMU takes no node below them for a root. Completes when
     * they are gone, or cannot be removed.
     */
    public static CompletableFuture<Void> clear(JobContext context, BlockChain chain, Edges edges) {
        return filters(chain, edges).isEmpty()
                ? CompletableFuture.completedFuture(null)
                // Those of other processes are gone when their turn is over.
                : context.headers()
                        .during(() -> context.graphs().edges().thenCompose(now -> cleared(context, chain, now)));
    }

    private static CompletableFuture<Void> cleared(JobContext context, BlockChain chain, Edges edges) {
        CompletableFuture<Void> cleared = CompletableFuture.completedFuture(null);
        for (String filter : filters(chain, edges)) {
            cleared = cleared.thenCompose(
                    done -> context.client().execute(GraphNode.removal(filter)).handle((reply, failure) -> null));
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
     * Before the start, proves a header that the proof leaves unchanged, byte for byte. Completes at once for any other; fails with
     * {@link BlockChainException} where QEMU cannot write it.
     *
     * @param graph the graph that the job was planned on
     */
    public static CompletableFuture<Void> beforeStart(JobContext context, JobPlan plan, Graph graph) {
        return NewHeader.of(plan)
                .filter(header -> header.image().backingFormat().equals(FORMAT))
                .filter(header -> header.image()
                        .backingFile()
                        .filter(name -> name.startsWith("/"))
                        .isPresent())
                // A pull itself opens its image for writing at its start, and is refused where QEMU cannot.
                .filter(header -> !plan.header().orElseThrow().opensAtStart()
                        || !header.image().readOnly())
                .map(header -> context.headers()
                        .during(() -> proved(context, header, graph, root(plan.before(), graph), true)))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** A node that QEMU takes for the root of the chain; none where a job or an overlay of another program is in the way. */
    private static Optional<String> root(BlockChain chain, Graph graph) {
        return graph.edges().jobs().isEmpty() && graph.above(chain).isEmpty()
                ? chain.activeLayer().nodeName().filter(name -> !graph.isAmbiguous(name))
                : Optional.empty();
    }

    /**
     * Proves while the job waits in PENDING any header in which the proof writes no wrong format. Completes and fails as before
     * the start. To be called during a {@link HeaderTurn}.
     *
     * @param now the graph as it is now
     */
    public static CompletableFuture<Void> beforeFinalize(JobContext context, NewHeader header, Graph now) {
        return header.image()
                .nodeName()
                .flatMap(now::chainOf)
                .filter(HeaderProof::keepsItsFormat)
                .map(chain -> cleared(context, chain, now.edges())
                        .thenCompose(cleared -> proved(
                                context,
                                new NewHeader(chain.activeLayer(), header.backingName(), header.job()),
                                now,
                                Optional.empty(),
                                false)))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /**
     * Writes a header as the job should have left it, where it names another file although the job has done its work. Gives whether
     * QEMU was asked to. Never fails: a header that cannot be written is decided as it is.
     *
     * @param header of an image as it is now
     */
    public static CompletableFuture<Boolean> mend(JobContext context, NewHeader header, Graph after) {
        BlockNode image = header.image();
        if (header.backingName().equals(image.backingFile().orElse(""))
                || !image.driver().equals(HeaderRewrite.FORMAT)) {
            return CompletableFuture.completedFuture(false);
        }
        Optional<String> root = after.disks().stream()
                .map(Disk::chain)
                .filter(chain -> chain.nodes().stream().anyMatch(image::isSameImage))
                .findFirst()
                .flatMap(chain -> root(chain, after));
        HeaderRewrite rewrite = new HeaderRewrite(context, header, after.edges(), false);
        return context.headers()
                .during(() -> Migrations.requireImages(context.client())
                        .thenCompose(active -> new IoThreads(context.client()).mayAddAbove(image, after))
                        .thenCompose(safe -> rewrite.corrected(safe, root)))
                .handle((done, failure) -> true);
    }

    private static boolean keepsItsFormat(BlockChain chain) {
        BlockNode image = chain.activeLayer();
        Optional<String> opened = chain.nodes().size() > 1
                ? Optional.of(chain.nodes().get(chain.imagePlaceFrom(1)).driver())
                : Optional.empty();
        return image.backingFile().isEmpty()
                || image.backingFormat().or(() -> opened).equals(FORMAT);
    }

    /** @param root the node through which QEMU can write the header where no node may be added above it */
    private static CompletableFuture<Void> proved(
            JobContext context, NewHeader header, Graph graph, Optional<String> root, boolean othersMayWork) {
        BlockNode image = header.image();
        // An earlier reading may tell a name that the header has no longer.
        boolean isCurrent = image.nodeName()
                .flatMap(graph::node)
                .filter(GraphNode::isCurrent)
                .isPresent();
        // Without a backing node QEMU refuses the proof, and the job changes no header.
        boolean hasBacking = image.nodeName()
                .flatMap(name -> graph.edges().child(name, Edges.BACKING))
                .isPresent();
        if (!isCurrent || !hasBacking || !Optional.of(image.driver()).equals(FORMAT)) {
            return CompletableFuture.completedFuture(null);
        }
        HeaderRewrite rewrite = new HeaderRewrite(context, header, graph.edges(), othersMayWork);
        return new IoThreads(context.client())
                .mayAddAbove(image, graph)
                .thenCompose(safe -> safe ? rewrite.throughFilter() : rewrite.through(root));
    }
}
