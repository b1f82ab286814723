package io.github.qmp4j.blockjobs.end;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.session.ReturningClient;
import io.github.qmp4j.blockjobs.text.Replies;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.threads.Futures;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Has QEMU flush an image to disk. A pull and an intermediate commit end without that, or pass over its
 * failure: if QEMU is then killed, what was moved is lost, and the header no longer names where it was.
 *
 * <p>No command only flushes. A reopen does so first of all; this one is refused after that for the driver that it names, which no
 * reopen can change, so that nothing else happens. A flush that fails is refused in the same class, so this is the one place that
 * reads the text of an error: the refusals that follow a flush are known, and with any other one the flush counts as failed.
 */
public final class NodeFlush {
    private static final String REOPEN = "blockdev-reopen";
    /** Before QEMU 6.1; it takes one node. */
    private static final String REOPEN_ONE = "x-blockdev-reopen";

    private static final String OTHER_DRIVER = "null-co";

    /**
     * What 5.2, 7.2, 10.0 and 11.1 answer when they have flushed: it depends on the options that the driver requires in a reopen, and
     * on whether the node has its name from QEMU. Where the flush fails all of them say {@code Error flushing drive}, and why.
     */
    private static final Pattern FLUSHED = Pattern.compile("Cannot change the option '(driver|node-name)'"
            + "|backing is missing for '[^']*'"
            + "|Option '[^']*' cannot be reset to its default value"
            + "|Block format '[^']*' used by node '[^']*' does not support reopening files"
            // It was closed a moment ago, which flushed it.
            + "|(Failed to find node with node-name=|Cannot find node named )'[^']*'");

    private final JobContext context;
    private final QmpSchema schema;
    /** The node-name of the file child of each node that there is; empty where it has none. */
    private final Map<String, String> files;

    private NodeFlush(JobContext context, QmpSchema schema, Map<String, String> files) {
        this.context = context;
        this.schema = schema;
        this.files = files;
    }

    /**
     * Completes when all that are still there are flushed, one after another; fails with {@link BlockJobException} unless it is
     * known that they are. One that QEMU has closed was flushed by that.
     *
     * @param nodes at least one of them must still be there
     */
    public static CompletableFuture<Void> of(JobContext context, List<String> nodes) {
        return nodes.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : ReturningClient.again(context.client(), () -> all(context, nodes));
    }

    private static CompletableFuture<Void> all(JobContext context, List<String> nodes) {
        // Unlike a listing of nodes this is safe while there is a job.
        return context.client()
                .execute(QmpCommand.of("query-blockstats").with("query-nodes", true))
                .thenCombine(
                        context.client().schema(),
                        (statistics, schema) -> new NodeFlush(context, schema, files(statistics)))
                .thenCompose(flush -> flush.each(nodes));
    }

    private static Map<String, String> files(JsonNode statistics) {
        Map<String, String> files = new HashMap<>();
        Replies.stream(statistics)
                .filter(node -> node.path("node-name").isTextual())
                .forEach(node -> files.put(
                        node.path("node-name").asText(),
                        node.path("parent").path("node-name").asText()));
        return files;
    }

    private CompletableFuture<Void> each(List<String> nodes) {
        Set<String> due = new LinkedHashSet<>();
        for (String node : nodes) {
            // A raw node that no guest writes to does not hand a flush on to the file that it has written to.
            for (String part = node; files.containsKey(part); part = files.get(part)) {
                due.add(part);
            }
        }
        if (due.isEmpty()) {
            throw new BlockJobException("it cannot be known whether node %s was written to disk: QEMU has it no more"
                    .formatted(nodes.get(0)));
        }
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (String node : due) {
            all = all.thenCompose(done -> flush(node));
        }
        return all;
    }

    private CompletableFuture<Void> flush(String node) {
        return context.client().execute(command(node)).handle((reply, failure) -> {
            requireFlushed(node, failure);
            return null;
        });
    }

    private static void requireFlushed(String node, @Nullable Throwable failure) {
        if (failure == null) {
            return;
        }
        Throwable cause = Futures.cause(failure);
        if (cause instanceof QmpDisconnectedException lost) {
            // In the next session it is done again.
            throw lost;
        }
        if (!(cause instanceof QmpCommandException refusal)) {
            throw new BlockJobException(
                    "it cannot be known whether node %s was written to disk: %s".formatted(node, cause.getMessage()));
        }
        if (!FLUSHED.matcher(refusal.desc()).matches()) {
            throw new BlockJobException("node %s is not known to be on disk (%s)".formatted(node, refusal.desc()));
        }
    }

    private QmpCommand<JsonNode> command(String node) {
        if (schema.hasCommand(REOPEN)) {
            ObjectNode options = JsonNodeFactory.instance
                    .objectNode()
                    .put("driver", OTHER_DRIVER)
                    .put("node-name", node);
            return QmpCommand.of(REOPEN)
                    .with("options", JsonNodeFactory.instance.arrayNode().add(options));
        }
        if (schema.hasCommand(REOPEN_ONE)) {
            return QmpCommand.of(REOPEN_ONE).with("driver", OTHER_DRIVER).with("node-name", node);
        }
        throw new BlockJobException(
                "it cannot be known whether node %s was written to disk: this QEMU has no command that flushes it"
                        .formatted(node));
    }
}
