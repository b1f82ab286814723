package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.schema.QmpSchema;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Has QEMU write to disk what it holds of an image in memory. Some jobs end without that, see {@link Quirks}: if QEMU is then
 * killed, what was moved is lost, and the header no longer names where it was.
 *
 * <p>No command only flushes. A reopen does so first of all; this one is refused after that for the driver that it names, which no
 * reopen can change, so that nothing else happens. A flush that fails is refused in the same class, and so taken for done: only
 * the text, which is never read, would tell.
 */
final class NodeFlush {
    private static final String REOPEN = "blockdev-reopen";
    /** Before QEMU 6.1; it takes one node. */
    private static final String REOPEN_ONE = "x-blockdev-reopen";

    private static final String OTHER_DRIVER = "null-co";

    private NodeFlush() {}

    /** Completes when all are flushed, one after another; fails if it cannot be known whether they are. */
    static CompletableFuture<Void> of(JobContext context, List<String> nodes) {
        if (nodes.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return context.client().schema().thenCompose(schema -> {
            CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
            for (String node : nodes) {
                all = all.thenCompose(done -> flush(context, schema, node));
            }
            return all;
        });
    }

    private static CompletableFuture<Void> flush(JobContext context, QmpSchema schema, String node) {
        Optional<QmpCommand<JsonNode>> command = command(schema, node);
        if (command.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return context.client()
                .execute(command.get())
                .handle((reply, failure) -> isKnown(node, failure))
                .thenAccept(known -> {});
    }

    /** A refusal comes after the flush. */
    private static boolean isKnown(String node, @Nullable Throwable failure) {
        if (failure != null && !(Conclusion.unwrapped(failure) instanceof QmpCommandException)) {
            throw new BlockJobException("it cannot be known whether node %s was written to disk: %s"
                    .formatted(node, Conclusion.unwrapped(failure).getMessage()));
        }
        return true;
    }

    private static Optional<QmpCommand<JsonNode>> command(QmpSchema schema, String node) {
        if (schema.hasCommand(REOPEN)) {
            ObjectNode options = JsonNodeFactory.instance
                    .objectNode()
                    .put("driver", OTHER_DRIVER)
                    .put("node-name", node);
            return Optional.of(QmpCommand.of(REOPEN)
                    .with("options", JsonNodeFactory.instance.arrayNode().add(options)));
        }
        return schema.hasCommand(REOPEN_ONE)
                ? Optional.of(
                        QmpCommand.of(REOPEN_ONE).with("driver", OTHER_DRIVER).with("node-name", node))
                : Optional.empty();
    }
}
