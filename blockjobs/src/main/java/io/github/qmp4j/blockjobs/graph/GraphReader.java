package io.github.qmp4j.blockjobs.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.session.ReturningClient;
import io.github.qmp4j.blockjobs.text.Replies;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Reads the block graph at any moment, beside any job, without killing QEMU. The edges are asked for first and last, so that all
 * that was answered between is of one graph.
 *
 * <p>Before QEMU 10.0 the files of nodes that no device leads to, and what bitmaps they have, are known only from a
 * {@link NodeListing}. It is sent for a storage daemon, which has no devices, and where the caller needs these nodes. Where it is not
 * safe, what an earlier reading told of the same nodes counts.
 */
public final class GraphReader {
    private static final QmpCommand<JsonNode> EDGES = QmpCommand.of("x-debug-query-block-graph");

    /** A graph changes where a job begins or ends, so the second reading nearly always is of one graph. */
    private static final int ATTEMPTS = 500;

    /** An earlier description of a node. QEMU never gives a name twice, so its file distinguishes it from a later namesake. */
    private record Known(Optional<String> file, BlockNode image) {}

    private final QmpClient client;
    private final NodeListing listing;
    private volatile Map<String, Known> known = Map.of();

    public GraphReader(QmpClient client) {
        this.client = client;
        this.listing = new NodeListing(client);
    }

    /** For those who look, and for jobs on disks with a device. */
    public CompletableFuture<Graph> read() {
        return read(graph -> false);
    }

    /** For a job on this disk: with the bitmaps of its images, and with its files though it may have no device. */
    public CompletableFuture<Graph> read(DiskRef disk) {
        return read(graph -> !graph.isKnown(disk));
    }

    /** With all nodes, as far as they can be listed now. */
    public CompletableFuture<Graph> readAll() {
        return read(graph -> !graph.isAllKnown());
    }

    /** Only which nodes there are, and who uses them. */
    public CompletableFuture<Edges> edges() {
        return client.execute(EDGES).thenApply(Edges::of);
    }

    /** What was read is of another run of QEMU. */
    public void forget() {
        known = Map.of();
    }

    /** Hands a command that starts a job to the wire, at a moment when no listing of nodes is under way. */
    public CompletableFuture<JsonNode> startSafely(Supplier<CompletableFuture<JsonNode>> send) {
        return listing.startSafely(send);
    }

    /**
     * The entry of one node in {@code query-named-block-nodes}; empty if there is none of that name.
     *
     * @return fails with {@link BlockChainException} while nodes cannot be listed
     */
    public CompletableFuture<Optional<JsonNode>> entry(String nodeName) {
        return ReturningClient.again(client, listing::read).thenApply(nodes -> Replies.stream(
                        nodes.orElseThrow(
                                () -> new BlockChainException(
                                        "a node cannot be looked at while a pull, a backup or the making of an image keeps this version of QEMU from listing its nodes; try again when that is over")))
                .filter(node -> node.path("node-name").asText().equals(nodeName))
                .findFirst());
    }

    private CompletableFuture<Graph> read(Predicate<Graph> lacks) {
        return ReturningClient.again(
                client,
                () -> listing.isAlwaysSafe()
                        ? attempt(true, ATTEMPTS)
                        : attempt(false, ATTEMPTS)
                                .thenCompose(graph -> lacks.test(graph) || graph.hasNoDevices()
                                        ? attempt(true, ATTEMPTS)
                                        : CompletableFuture.completedFuture(graph)));
    }

    private CompletableFuture<Graph> attempt(boolean list, int left) {
        CompletableFuture<JsonNode> before = client.execute(EDGES);
        CompletableFuture<JsonNode> statistics = client.execute(QmpCommand.of("query-blockstats"));
        CompletableFuture<JsonNode> blocks = client.execute(QmpCommand.of("query-block"));
        CompletableFuture<JsonNode> exports = client.execute(QmpCommand.of("query-block-exports"));
        CompletableFuture<Optional<JsonNode>> nodes =
                list ? listing.read() : CompletableFuture.completedFuture(Optional.empty());
        CompletableFuture<JsonNode> after = nodes.thenCompose(listed -> client.execute(EDGES));
        return before.thenCombine(after, GraphReader::unchanged)
                .thenCompose(edges -> statistics.thenCompose(ofDevices ->
                        blocks.thenCompose(files -> exports.thenCompose(exported -> nodes.thenApply(listed ->
                                graph(new DiskReader(edges, ofDevices, files, exports(exported), listed), edges))))))
                .exceptionallyCompose(failure -> {
                    if (!(Futures.cause(failure) instanceof DiskReader.ChangedException)) {
                        return CompletableFuture.failedFuture(Futures.cause(failure));
                    }
                    return left > 0
                            ? attempt(list, left - 1)
                            : CompletableFuture.failedFuture(new BlockJobException(
                                    "the block graph changed each time while it was read; try again"));
                });
    }

    private static Edges unchanged(JsonNode before, JsonNode after) {
        Edges edges = Edges.of(before);
        if (!edges.equals(Edges.of(after))) {
            throw new DiskReader.ChangedException();
        }
        return edges;
    }

    private Graph graph(DiskReader reader, Edges edges) {
        Map<String, BlockNode> earlier = new HashMap<>();
        known.forEach((name, node) -> {
            if (edges.nodes().contains(name) && edges.file(name).equals(node.file())) {
                earlier.put(name, node.image());
            }
        });
        Graph graph = reader.graph(earlier);
        Map<String, Known> now = new HashMap<>();
        graph.nodes().forEach(node -> node.image()
                .ifPresent(image -> now.put(node.name(), new Known(edges.file(node.name()), image))));
        known = now;
        return graph;
    }

    private static Map<String, String> exports(JsonNode exports) {
        Map<String, String> nodes = new LinkedHashMap<>();
        Replies.stream(exports)
                .forEach(export -> nodes.put(
                        export.path("id").asText(), export.path("node-name").asText()));
        return nodes;
    }
}
