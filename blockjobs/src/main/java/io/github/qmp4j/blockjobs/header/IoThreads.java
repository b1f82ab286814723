package io.github.qmp4j.blockjobs.header;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.blockjobs.text.Replies;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.concurrent.CompletableFuture;

/**
 * Tells where a node that an I/O thread runs must be left alone. No command shows which thread runs a node, so every node counts
 * as run by one where QEMU has any.
 */
public final class IoThreads {
    private static final String TYPE = "child<iothread>";

    private final QmpClient client;

    public IoThreads(QmpClient client) {
        this.client = client;
    }

    /** Whether a node may be added above an image: QEMU must survive that, and the image must stay with its thread. */
    CompletableFuture<Boolean> mayAddAbove(BlockNode image, Graph graph) {
        boolean isHeld = quirks().survivesNodesAboveIoThreads() && graph.isBelowDevice(image);
        return isHeld ? CompletableFuture.completedFuture(true) : any().thenApply(any -> !any);
    }

    /** Whether QEMU has I/O threads, or does not tell. */
    public CompletableFuture<Boolean> any() {
        CompletableFuture<Boolean> any = client.execute(
                        QmpCommand.of("qom-list").with("path", "/objects"))
                .thenApply(objects -> Replies.stream(objects)
                        .anyMatch(object -> object.path("type").asText().equals(TYPE)));
        return Futures.orElse(
                any,
                cause -> cause instanceof QmpCommandException
                        ? CompletableFuture.completedFuture(true)
                        : CompletableFuture.failedFuture(cause));
    }

    private Quirks quirks() {
        return new Quirks(client.greeting().version());
    }
}
