package io.github.qmp4j.blockjobs.header;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.graph.Edges;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.blockjobs.plan.NewHeader;
import io.github.qmp4j.blockjobs.text.FileName;
import io.github.qmp4j.blockjobs.text.JobIds;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has QEMU rewrite the header of a qcow2 image as it is: with the backing name that it holds already, spelled as long as the one
 * to come, and then as it was. So the header never names another file.
 *
 * <p>{@code change-backing-file} wants a root node on which no job works. A filter that stands on the image for that moment is
 * one, before the start of a job as well as while it runs or waits in PENDING. Where QEMU could die of a filter, the root of the
 * chain serves while no job is on it.
 */
public final class HeaderRewrite {
    static final String FORMAT = "qcow2";
    /** A filter that any qcow2 image can have, also one that is read-only. */
    private static final String FILTER = "compress";

    private static final String FILTER_IN_SCHEMA = "blockdev-add/arg/driver/^" + FILTER;

    private final JobContext context;
    private final QmpClient client;
    private final NewHeader header;
    private final BlockNode image;
    private final Edges edges;
    private final boolean othersMayWork;
    private final String added = JobIds.make("header", "proof").value();

    /**
     * @param edges those that the image was read with
     * @param othersMayWork whether there is no job of ours that keeps others from the image
     */
    HeaderRewrite(JobContext context, NewHeader header, Edges edges, boolean othersMayWork) {
        this.context = context;
        this.client = context.client();
        this.header = header;
        this.image = header.image();
        this.edges = edges;
        this.othersMayWork = othersMayWork;
    }

    /**
     * Completes when the header was written, or if this QEMU does not have or allow what it takes; fails with
     * {@link BlockChainException} where QEMU cannot write it.
     */
    CompletableFuture<Void> throughFilter() {
        return client.schema()
                .thenCompose(
                        schema -> schema.has(FILTER_IN_SCHEMA) ? proved() : CompletableFuture.completedFuture(null));
    }

    /** The same through an existing root node, without adding one; completes at once where there is none. */
    CompletableFuture<Void> through(Optional<String> root) {
        return root.map(node -> unchanged().thenCompose(same -> written(node)).<Void>handle((done, failure) -> {
                    if (failure != null) {
                        throw refusal(Futures.cause(failure));
                    }
                    return null;
                }))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** Writes the name that the job should have left there. Completes at once where nothing may be added and there is no root. */
    CompletableFuture<Void> corrected(boolean mayAdd, Optional<String> root) {
        return mayAdd
                ? onFilter(() -> write(added, header.backingName()))
                : root.map(node -> write(node, header.backingName()))
                        .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private CompletableFuture<Void> proved() {
        if (!image.readOnly()) {
            return rewritten();
        }
        // To open it as an image takes its key.
        return image.encrypted() ? CompletableFuture.completedFuture(null) : read().thenCompose(done -> rewritten());
    }

    /**
     * Reads a read-only image through a node of its own. {@code change-backing-file} makes it writable and read-only again, and
     * where the storage has gone fails at both: on 5.2, 7.2, 10.0 and 11.1 the second error kills QEMU (SIGABRT).
     */
    private CompletableFuture<Void> read() {
        QmpCommand<JsonNode> opened = QmpCommand.of("blockdev-add")
                .with("driver", FORMAT)
                .with("node-name", added)
                .with("read-only", true)
                .with("backing", NullNode.getInstance())
                .with("file", edges.child(node(), "file").orElse(null))
                .with("data-file", edges.child(node(), "data-file").orElse(null));
        return Futures.either(
                client.execute(opened),
                reply -> removed(null),
                cause -> CompletableFuture.failedFuture(refusal(cause)));
    }

    private CompletableFuture<Void> rewritten() {
        return onFilter(() -> unchanged().thenCompose(same -> written(added)));
    }

    /** Does this while there is the filter; nothing if QEMU refuses the filter. */
    private CompletableFuture<Void> onFilter(Supplier<CompletableFuture<Void>> work) {
        CompletableFuture<JsonNode> filter = client.execute(QmpCommand.of("blockdev-add")
                .with("driver", FILTER)
                .with("node-name", added)
                .with("file", node())
                .with("read-only", true));
        return Futures.either(
                filter,
                reply -> Futures.flat(work.get().handle((done, refused) -> removed(refused))),
                HeaderRewrite::unlessRefused);
    }

    private static CompletableFuture<Void> unlessRefused(Throwable cause) {
        return cause instanceof QmpCommandException
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(cause);
    }

    /**
     * Whether the header still names what it is about to be written with. Another client's job may have changed that since it was
     * read, and a present one may be about to. One that comes later waits for its turn before it is finalized.
     */
    private CompletableFuture<Void> unchanged() {
        return othersMayWork
                ? context.graphs().read().thenAccept(this::requireUnchanged)
                : CompletableFuture.completedFuture(null);
    }

    private void requireUnchanged(Graph now) {
        now.edges().jobs().stream()
                .filter(job -> now.workedOnBy(new JobId(job)).contains(node()))
                .findFirst()
                .ifPresent(job -> {
                    throw JobConflictException.inUse("'%s'".formatted(image.label()), new JobId(job));
                });
        boolean isSame = now.edges().child(node(), Edges.BACKING).equals(edges.child(node(), Edges.BACKING))
                && now.node(node())
                        .flatMap(GraphNode::image)
                        .filter(read -> read.backingFile().equals(image.backingFile()))
                        .isPresent();
        if (!isSame) {
            throw new BlockChainException("another client has changed the chain below '%s' in the meantime; start again"
                    .formatted(image.label()));
        }
    }

    /** QEMU keeps in memory also a name that it could not write, so the present one is written again in any case. */
    private CompletableFuture<Void> written(String root) {
        String name = image.backingFile().orElse("");
        String longer = spelled(name, header.bytes());
        return longer.equals(name)
                ? write(root, name)
                : Futures.either(
                        write(root, longer),
                        done -> write(root, name),
                        cause -> Futures.whenOver(write(root, name), () -> CompletableFuture.failedFuture(cause)));
    }

    private CompletableFuture<Void> write(String root, String name) {
        return client.execute(QmpCommand.of("change-backing-file")
                        .with("device", root)
                        .with("image-node-name", node())
                        .with("backing-file", name))
                .thenApply(reply -> null);
    }

    private CompletableFuture<Void> removed(@Nullable Throwable failure) {
        return client.execute(GraphNode.removal(added)).handle((reply, second) -> {
            if (failure != null) {
                throw refusal(Futures.cause(failure));
            }
            if (second != null && Futures.cause(second) instanceof QmpDisconnectedException lost) {
                throw lost;
            }
            if (second != null) {
                throw new BlockJobException(
                        "node '%s', which was added to prove that the header of '%s' can be written, cannot be removed: %s; remove it with blockdev-del, and start again"
                                .formatted(
                                        added,
                                        image.label(),
                                        Futures.cause(second).getMessage()));
            }
            return null;
        });
    }

    private RuntimeException refusal(Throwable cause) {
        if (cause instanceof QmpCommandException refused) {
            return new BlockChainException(
                    "%s ends by rewriting the header of '%s', and QEMU cannot write it: %s; see that its file is writable, in its place, in use by no other process, and has room for %s"
                            .formatted(
                                    header.job(),
                                    image.label(),
                                    refused.desc(),
                                    header.bytes() == 0
                                            ? "the new backing name"
                                            : "a backing name of %d bytes".formatted(header.bytes())));
        }
        return cause instanceof RuntimeException known ? known : new BlockJobException(String.valueOf(cause));
    }

    private String node() {
        return image.nodeName().orElseThrow();
    }

    /** The same file in so many bytes, as far as its name can be spelled longer. */
    public static String spelled(String name, int bytes) {
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
