package io.github.qmp4j.blockjobs.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The nodes that are added for the target of one copy, so that they can be removed again. Its futures follow one upon another,
 * and so do the uses of it.
 */
public final class TargetNodes {
    private final QmpClient client;

    /** The last added first, as they must go. */
    private final Deque<String> added = new ArrayDeque<>();

    public TargetNodes(QmpClient client) {
        this.client = client;
    }

    /** It was added before. */
    public void isThere(String name) {
        added.push(name);
    }

    /** The step that adds the node of a path. */
    public static TargetStep.Add file(String name, String path) {
        return step(name, options("file", false).put("filename", path));
    }

    /** The step that adds a format on a path; with a backing node or, where the format can have one, none. */
    public static TargetStep.Add image(
            String name, String format, String path, boolean device, boolean discard, Optional<String> backing) {
        return step(name, image(format, path, device, discard, backing));
    }

    /** The step that adds the node of a path to look at it: nothing is written, and no other user is kept from it. */
    public static TargetStep.Add fileToLookAt(String name, String path) {
        return step(
                name,
                options("file", false)
                        .put("filename", path)
                        .put("read-only", true)
                        .put("force-share", true));
    }

    /** Adds a format on a path to look at it: nothing is written, no other user is kept from it, and no backing file is opened. */
    public CompletableFuture<String> addToLookAt(String name, String format, String path, boolean device) {
        return add(step(
                        name,
                        image(format, path, device, false, Optional.empty())
                                .put("read-only", true)
                                .put("force-share", true)))
                .thenApply(added -> name);
    }

    /** The node of the path is nested, so that it goes with that of the format. */
    private static ObjectNode image(
            String format, String path, boolean device, boolean discard, Optional<String> backing) {
        ObjectNode options = options(format, discard);
        options.set("file", options(device ? "host_device" : "file", discard).put("filename", path));
        if (CopyPlan.WITH_BACKING.contains(format)) {
            backing.ifPresentOrElse(
                    node -> options.put("backing", node), () -> options.set("backing", NullNode.getInstance()));
        }
        return options;
    }

    private static ObjectNode options(String driver, boolean discard) {
        ObjectNode options = JsonNodeFactory.instance.objectNode().put("driver", driver);
        return discard ? options.put("discard", "unmap") : options;
    }

    private static TargetStep.Add step(String name, ObjectNode options) {
        QmpCommand<JsonNode> command = QmpCommand.of("blockdev-add").with("node-name", name);
        for (var field : options.properties()) {
            command = command.with(field.getKey(), field.getValue());
        }
        return new TargetStep.Add(name, command);
    }

    public CompletableFuture<Void> add(TargetStep.Add step) {
        String name = step.node();
        // If no answer comes it may be there all the same, and then it has to go too.
        added.push(name);
        return client.execute(step.command()).handle((reply, failure) -> {
            if (failure == null) {
                return null;
            }
            Throwable cause = Futures.cause(failure);
            if (cause instanceof QmpCommandException) {
                added.remove(name);
            }
            throw new CompletionException(cause);
        });
    }

    public CompletableFuture<Void> remove(TargetStep.Remove step) {
        return client.execute(GraphNode.removal(step.node())).thenAccept(reply -> added.remove(step.node()));
    }

    /** Whether there are any. */
    public boolean any() {
        return !added.isEmpty();
    }

    /** Removes them, and gives those that are still there, with the reason. Never fails. */
    public CompletableFuture<List<Leftover>> remove() {
        CompletableFuture<List<Leftover>> left = CompletableFuture.completedFuture(new ArrayList<>());
        for (String name : List.copyOf(added)) {
            left = left.thenCompose(
                    before -> client.execute(GraphNode.removal(name)).handle((reply, failure) -> {
                        if (failure == null) {
                            added.remove(name);
                        } else {
                            before.add(new Leftover(
                                    Leftover.Kind.NODE,
                                    name,
                                    "it was added for the copy and could not be removed: "
                                            + Futures.cause(failure).getMessage()));
                        }
                        return before;
                    }));
        }
        return left;
    }

    /** The nodes that were added, without an attempt to remove them. */
    public List<Leftover> left(String why) {
        return added.stream()
                .map(name -> new Leftover(Leftover.Kind.NODE, name, why))
                .toList();
    }
}
