package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads the block graph without killing QEMU.
 *
 * <p>Nodes are listed only if no job exists that makes that deadly, see {@link Quirks}. Between asking for the jobs and
 * listing the nodes nothing of ours may start one: both are done in one turn, and so is {@link #startSafely the start of
 * a job}. A job that somebody else starts on another monitor in just that moment cannot be kept out.
 */
final class GraphReader {
    private static final QmpCommand<JsonNode> LIST_NODES = QmpCommand.of("query-named-block-nodes");
    private static final QmpCommand<JsonNode> NODE_STATISTICS =
            QmpCommand.of("query-blockstats").with("query-nodes", true);

    /** One for each session, whoever reads the graph through it. */
    private static final Map<QmpClient, Turns> TURNS = Collections.synchronizedMap(new WeakHashMap<>());

    private final QmpClient client;
    private final Turns turns;

    /** From the last time that nodes could be listed. */
    private volatile List<GraphNode> lastListed = List.of();

    /** The disks without a guest device, from the last time that nodes could be listed. */
    private volatile List<Disk> lastOthers = List.of();

    /** Whether the last time there were disks without a guest device, whose layers only a listing shows. */
    private volatile boolean nests;

    GraphReader(QmpClient client) {
        this.client = client;
        this.turns = TURNS.computeIfAbsent(client, session -> new Turns());
    }

    /** Reads the nodes first and the chains after them, so that every node of a chain can be among the nodes. */
    CompletableFuture<Graph> read() {
        return ReturningClient.again(client, this::readOnce);
    }

    /** What was listed is of another run of QEMU. */
    void forget() {
        lastListed = List.of();
    }

    private CompletableFuture<Graph> readOnce() {
        return list(nests).thenCompose(listing -> client.execute(QmpCommand.of("query-block-exports"))
                .thenCombine(
                        client.execute(QmpCommand.of("query-block")),
                        (exports, devices) -> new Reading(listing, exports(exports), pluggedIn(listing, devices)))
                .thenCompose(this::whole));
    }

    /** @param devices the disks that QEMU itself lists */
    private record Reading(Listing listing, Map<String, String> exports, List<Disk> devices) {
        NodeDisks others() {
            return new NodeDisks(listing.nodes(), devices, exports);
        }

        /** With the disks without a guest device as they were. */
        Graph with(List<Disk> earlier) {
            List<Disk> disks = new ArrayList<>(devices);
            earlier.stream()
                    .filter(disk -> devices.stream()
                            .flatMap(device -> device.chain().nodes().stream())
                            .noneMatch(disk.chain().activeLayer()::isSameImage))
                    .forEach(disks::add);
            return new Graph(disks, listing.nodes(), false, exports);
        }
    }

    private Graph graph(Reading read, Set<String> files) {
        NodeDisks others = read.others();
        List<Disk> disks = others.all(files);
        lastOthers = disks.stream().filter(disk -> !disk.isPluggedIn()).toList();
        return new Graph(disks, read.listing().nodes(), true, others.exported());
    }

    /** Disks without a guest device need more than a flat listing. */
    private CompletableFuture<Graph> whole(Reading read) {
        if (!read.listing().fresh()) {
            return CompletableFuture.completedFuture(read.with(lastOthers));
        }
        if (read.listing().hasEdges() || read.others().candidates(Set.of()).isEmpty()) {
            nests = false;
            return CompletableFuture.completedFuture(graph(read, Set.of()));
        }
        return client.execute(NODE_STATISTICS).thenCompose(statistics -> {
            Set<String> files = NodeDisks.files(statistics, read.listing().nodes());
            nests = !read.others().candidates(files).isEmpty();
            if (!nests || read.listing().nested()) {
                return CompletableFuture.completedFuture(graph(read, files));
            }
            return list(true)
                    .thenApply(listing -> new Reading(listing, read.exports(), read.devices()))
                    .thenCompose(this::whole);
        });
    }

    /**
     * The entry of one node, with its chain nested in it; empty if there is none of that name.
     *
     * @return fails with {@link BlockChainException} while nodes cannot be listed
     */
    CompletableFuture<Optional<JsonNode>> entry(String nodeName) {
        return sent(QmpCommand.of("query-named-block-nodes")).thenApply(json -> {
            if (json.isMissingNode()) {
                throw new BlockChainException(
                        "a node cannot be looked at while a pull or a backup exists that keeps this version of QEMU from listing its nodes; try again when that is over");
            }
            return stream(json)
                    .filter(node -> node.path("node-name").asText().equals(nodeName))
                    .findFirst();
        });
    }

    /** Hands a command that starts a job to the wire, at a moment when no listing of nodes is under way. */
    CompletableFuture<JsonNode> startSafely(Supplier<CompletableFuture<JsonNode>> send) {
        return turns.take(() -> CompletableFuture.completedFuture(send.get())).thenCompose(reply -> reply);
    }

    private record Listing(List<GraphNode> nodes, boolean fresh, boolean nested) {
        /** From QEMU 11.1 on a flat listing has them. */
        boolean hasEdges() {
            return nodes.stream().anyMatch(node -> node.children().isPresent());
        }
    }

    private CompletableFuture<Listing> list(boolean nested) {
        return sent(LIST_NODES.with("flat", nested ? null : true)).thenApply(json -> {
            boolean fresh = !json.isMissingNode();
            if (fresh) {
                lastListed =
                        stream(json).map(node -> GraphNode.of(node, nested)).toList();
            }
            return new Listing(lastListed, fresh, fresh && nested);
        });
    }

    /** What the nodes are listed with; a missing node where that is not safe. */
    private CompletableFuture<JsonNode> sent(QmpCommand<JsonNode> listing) {
        // The turn ends when the listing is on the wire: QEMU executes commands in the order in which they come.
        CompletableFuture<CompletableFuture<JsonNode>> sent = turns.take(
                () -> client.execute(QmpCommand.of("query-jobs")).thenApply(jobs -> listIfSafe(jobs, listing)));
        return sent.thenCompose(reply -> reply);
    }

    private CompletableFuture<JsonNode> listIfSafe(JsonNode jobs, QmpCommand<JsonNode> listing) {
        Set<JobType> existing =
                stream(jobs).map(job -> JobType.of(job.path("type").asText())).collect(Collectors.toSet());
        return new Quirks(client.greeting().version()).mayListNodes(existing)
                ? client.execute(listing)
                : CompletableFuture.completedFuture(MissingNode.getInstance());
    }

    private static List<Disk> pluggedIn(Listing listing, JsonNode devices) {
        ChainReader reader = new ChainReader(listing.nodes());
        return stream(devices).flatMap(entry -> reader.disk(entry).stream()).toList();
    }

    private static Map<String, String> exports(JsonNode exports) {
        Map<String, String> nodes = new LinkedHashMap<>();
        stream(exports)
                .forEach(export -> nodes.put(
                        export.path("id").asText(), export.path("node-name").asText()));
        return nodes;
    }

    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
