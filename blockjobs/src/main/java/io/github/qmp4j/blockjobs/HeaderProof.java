package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.client.QmpClient;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Proves that QEMU can write the header which a pull or a commit rewrites at its end: where it cannot, a commit kills QEMU, and a
 * pull fails when it has changed the graph.
 *
 * <p>The proof has QEMU write the backing name that the header holds already, spelled as long as the one to come, and then as it
 * was; so the header never names another file. {@code change-backing-file} wants a root node on which no job works. A filter
 * that stands on the image for that moment is one, before the start as well as while the job runs or waits in PENDING.
 */
final class HeaderProof {
    /** The formats that name a backing file in a header which QEMU cannot rewrite. */
    private static final Set<String> FIXED_HEADERS = Set.of("vmdk", "qcow");

    /** QEMU writes the format of the image itself as that of its backing file, so both must be this one. */
    private static final String FORMAT = "qcow2";
    /** A filter that any qcow2 image can have, also one that is read-only. */
    private static final String FILTER = "compress";

    private static final String FILTER_IN_SCHEMA = "blockdev-add/arg/driver/^" + FILTER;

    private final QmpClient client;
    private final JobPlan plan;
    private final BlockNode image;
    private final String filter = JobIds.make("header", "proof").value();

    private HeaderProof(QmpClient client, JobPlan plan, BlockNode image) {
        this.client = client;
        this.plan = plan;
        this.image = image;
    }

    /** @throws BlockChainException if QEMU never rewrites a header of this format */
    static void requireFormat(JobPlan plan) {
        plan.rewritten().filter(image -> FIXED_HEADERS.contains(image.driver())).ifPresent(image -> {
            throw new BlockChainException(
                    "a %s of disk %s would end by rewriting the header of '%s', and QEMU cannot rewrite a header of the format %s; copy the disk to qcow2 first"
                            .formatted(plan.kind().word, plan.request().disk(), image.label(), image.driver()));
        });
    }

    /**
     * Proves it before the start, for a header that the proof leaves as it was, byte for byte: one with an absolute name and the
     * right format. Completes at once for any other, and for a job that rewrites none; fails with {@link BlockChainException}
     * where QEMU cannot write it.
     */
    static CompletableFuture<Void> beforeStart(JobContext context, JobPlan plan, Graph graph) {
        return of(
                context,
                plan,
                plan.rewritten()
                        .filter(image -> isCurrent(image, graph))
                        .filter(image -> image.backingFormat().equals(Optional.of(FORMAT)))
                        // QEMU would tell an image of a relative name by a json: text from then on.
                        .filter(image -> image.backingFile()
                                .filter(name -> name.startsWith("/"))
                                .isPresent()));
    }

    /**
     * Proves it while the job waits in PENDING, for any header in which the proof writes no wrong format. Completes and fails as
     * before the start.
     *
     * @param now the graph as it is now
     */
    static CompletableFuture<Void> beforeFinalize(JobContext context, JobPlan plan, Graph now) {
        Optional<BlockChain> below =
                plan.rewritten().flatMap(BlockNode::nodeName).flatMap(now::chainOf);
        return of(
                context,
                plan,
                below.filter(HeaderProof::hasOneFormat)
                        .map(BlockChain::activeLayer)
                        .filter(image -> isCurrent(image, now)));
    }

    /** An earlier reading may tell a name that the header has no longer. */
    private static boolean isCurrent(BlockNode image, Graph graph) {
        return image.nodeName()
                .flatMap(graph::node)
                .filter(GraphNode::isCurrent)
                .isPresent();
    }

    private static boolean hasOneFormat(BlockChain chain) {
        BlockNode image = chain.activeLayer();
        Optional<String> opened = chain.nodes().size() > 1
                ? Optional.of(chain.nodes().get(chain.imagePlaceFrom(1)).driver())
                : Optional.empty();
        return image.backingFile().isEmpty()
                || image.backingFormat().or(() -> opened).equals(Optional.of(FORMAT));
    }

    private static CompletableFuture<Void> of(JobContext context, JobPlan plan, Optional<BlockNode> image) {
        Optional<BlockNode> provable = image.filter(node -> node.driver().equals(FORMAT))
                .filter(node -> node.nodeName().isPresent());
        if (provable.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        HeaderProof proof = new HeaderProof(context.client(), plan, provable.get());
        return context.client()
                .schema()
                .thenCompose(
                        schema -> schema.has(FILTER_IN_SCHEMA) ? proof.run() : CompletableFuture.completedFuture(null));
    }

    private CompletableFuture<Void> run() {
        return client.execute(QmpCommand.of("blockdev-add")
                        .with("driver", FILTER)
                        .with("node-name", filter)
                        .with("file", node())
                        .with("read-only", true))
                .handle((added, failure) -> failure == null
                        ? written().handle((done, refused) -> removed(refused)).thenCompose(result -> result)
                        : unlessRefused(Conclusion.unwrapped(failure)))
                .thenCompose(result -> result);
    }

    /** Where QEMU does not allow the filter, nothing can be proved. */
    private static CompletableFuture<Void> unlessRefused(Throwable cause) {
        return cause instanceof QmpCommandException
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(cause);
    }

    /** QEMU keeps in memory also a name that it could not write, so the present one is written again in any case. */
    private CompletableFuture<Void> written() {
        String name = image.backingFile().orElse("");
        String longer = spelled(name, bytes(plan.backingString().orElse("")));
        return longer.equals(name)
                ? write(name)
                : write(longer)
                        .handle((done, failure) -> failure == null
                                ? write(name)
                                : write(name)
                                        .handle((back, second) -> failure)
                                        .thenCompose(CompletableFuture::<Void>failedFuture))
                        .thenCompose(result -> result);
    }

    private CompletableFuture<Void> write(String name) {
        return client.execute(QmpCommand.of("change-backing-file")
                        .with("device", filter)
                        .with("image-node-name", node())
                        .with("backing-file", name))
                .thenApply(reply -> null);
    }

    private RuntimeException refusal(Throwable cause) {
        if (cause instanceof QmpCommandException refused) {
            return new BlockChainException(
                    "a %s of disk %s would end by rewriting the header of '%s', and QEMU cannot write it: %s; see that its file is writable, in its place, in use by no other process, and has room for a backing name of %d bytes"
                            .formatted(
                                    plan.kind().word,
                                    plan.request().disk(),
                                    image.label(),
                                    refused.desc(),
                                    bytes(plan.backingString().orElse(""))));
        }
        return cause instanceof RuntimeException known ? known : new BlockJobException(String.valueOf(cause));
    }

    private CompletableFuture<Void> removed(@org.jspecify.annotations.Nullable Throwable failure) {
        return client.execute(TargetNodes.removal(filter)).handle((reply, second) -> {
            if (failure != null) {
                throw refusal(Conclusion.unwrapped(failure));
            }
            if (second != null) {
                throw new BlockJobException(
                        "the header of '%s' can be written, but node '%s', which was added to prove it, cannot be removed: %s; remove it with blockdev-del, and start again"
                                .formatted(
                                        image.label(),
                                        filter,
                                        Conclusion.unwrapped(second).getMessage()));
            }
            return null;
        });
    }

    private String node() {
        return image.nodeName().orElseThrow();
    }

    /** The same file in so many bytes, as far as its name can be spelled longer. */
    static String spelled(String name, int bytes) {
        int missing = bytes - bytes(name);
        if (missing <= 0 || name.isEmpty()) {
            return name;
        }
        if (name.startsWith("json:")) {
            return name + " ".repeat(missing);
        }
        if (new FileName(name).isTakenApart()) {
            return name;
        }
        int slash = name.lastIndexOf('/');
        String longer = slash < 0
                ? "." + "/".repeat(Math.max(1, missing - 1)) + name
                : name.substring(0, slash) + "/".repeat(missing) + name.substring(slash);
        return bytes(longer) > Quirks.LONGEST_BACKING_STRING ? name : longer;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
