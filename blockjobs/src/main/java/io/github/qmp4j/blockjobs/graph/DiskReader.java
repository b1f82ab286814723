package io.github.qmp4j.blockjobs.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.text.JobIds;
import io.github.qmp4j.blockjobs.text.Replies;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Joins the answers to several queries into one graph. {@code query-blockstats} gives the node-names of a device's layers, and
 * {@code query-block} the files of the same layers in the same order; both leave out the unnamed filters of jobs.
 */
public final class DiskReader {
    /** The answers are not of one moment. */
    static final class ChangedException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private record Place(String device, String qdev) {
        static Place of(JsonNode entry) {
            return new Place(entry.path("device").asText(), entry.path("qdev").asText());
        }
    }

    private record Device(Place place, List<String> layers) {}

    private final Edges edges;
    private final Map<String, String> exports;
    private final Map<String, BlockNode> current = new HashMap<>();
    private final Map<String, Set<InternalSnapshot>> snapshots = new HashMap<>();
    private final List<Device> devices = new ArrayList<>();

    /**
     * @param statistics of {@code query-blockstats}
     * @param blocks of {@code query-block}
     * @param exports the node-names of the exports by their ids
     * @param listed of {@code query-named-block-nodes}; empty where that was not sent
     */
    public DiskReader(
            Edges edges, JsonNode statistics, JsonNode blocks, Map<String, String> exports, Optional<JsonNode> listed) {
        this.edges = edges;
        this.exports = exports;
        Map<Place, JsonNode> inserted = new HashMap<>();
        Replies.stream(blocks)
                .filter(entry -> entry.path("inserted").isObject())
                .forEach(entry -> inserted.put(Place.of(entry), entry.path("inserted")));
        Replies.stream(statistics)
                .filter(entry -> entry.has("node-name"))
                .forEach(entry -> join(
                        Place.of(entry),
                        entry,
                        Optional.ofNullable(inserted.remove(Place.of(entry))).orElseThrow(ChangedException::new)));
        require(inserted.isEmpty());
        listed.ifPresent(nodes -> nodes.forEach(node -> {
            String name = node.path("node-name").asText();
            current.put(name, ImageReader.node(node));
            snapshots.put(name, ImageReader.snapshots(node.path("image")));
        }));
    }

    private void join(Place place, JsonNode top, JsonNode inserted) {
        List<String> layers = new ArrayList<>();
        JsonNode image = inserted.path("image");
        for (JsonNode layer = top; layer.has("node-name"); layer = layer.path("backing")) {
            String name = layer.path("node-name").asText();
            require(image.isObject() && edges.nodes().contains(name));
            boolean isTop =
                    layers.isEmpty() && inserted.path("node-name").asText().equals(name);
            current.put(
                    name, isTop ? ImageReader.node(inserted) : ImageReader.layer(name, image, isWritable(name, image)));
            snapshots.put(name, ImageReader.snapshots(image));
            layers.add(name);
            image = image.path("backing-image");
        }
        require(image.isMissingNode());
        devices.add(new Device(place, layers));
    }

    /** A raw image asks no permission of its own, so it counts as writable where no listing tells more. */
    private boolean isWritable(String name, JsonNode image) {
        return image.path("format").asText().equals("raw") || edges.isWritable(name);
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new ChangedException();
        }
    }

    /**
     * The graph, with all its nodes.
     *
     * @param earlier images of the nodes that no answer told of, from earlier readings
     */
    public Graph graph(Map<String, BlockNode> earlier) {
        Map<String, GraphNode> nodes = new LinkedHashMap<>();
        for (String name : new TreeSet<>(edges.nodes())) {
            boolean isCurrent = current.containsKey(name);
            nodes.put(
                    name,
                    new GraphNode(
                            name,
                            edges.isJobFilter(name),
                            isCurrent,
                            Optional.ofNullable(isCurrent ? current.get(name) : earlier.get(name)),
                            snapshots.getOrDefault(name, Set.of())));
        }
        Chains chains = new Chains(edges, nodes);
        Map<String, String> exported = new LinkedHashMap<>();
        exports.forEach((id, node) -> exported.put(id, chains.belowFilters(node)));
        List<Disk> disks = new ArrayList<>();
        devices.forEach(device -> chain(device, chains)
                .map(chain -> new Disk(
                        text(device.place().device()), text(device.place().qdev()), chain, ids(exported, chain)))
                .ifPresent(disks::add));
        Set<String> inChains = disks.stream()
                .flatMap(disk -> disk.chain().nodes().stream())
                .flatMap(node -> node.nodeName().stream())
                .collect(Collectors.toSet());
        nodes.values().stream()
                .filter(node -> !node.ofJob() && !JobIds.isProof(node.name()) && !inChains.contains(node.name()))
                .filter(node ->
                        exported.containsValue(node.name()) || (node.isNamed() && !chains.isUsedByNode(node.name())))
                .flatMap(node -> chains.from(node.name()).stream())
                .map(chain -> new Disk(Optional.empty(), Optional.empty(), chain, ids(exported, chain)))
                .forEach(disks::add);
        return new Graph(disks, List.copyOf(nodes.values()), exported, edges);
    }

    private Optional<BlockChain> chain(Device device, Chains chains) {
        List<BlockNode> layers = device.layers().stream()
                .filter(layer -> !edges.isJobFilter(layer))
                .map(chains::image)
                .toList();
        return layers.isEmpty() ? Optional.empty() : Optional.of(new BlockChain(layers));
    }

    private static Optional<String> text(String name) {
        return Optional.of(name).filter(known -> !known.isEmpty());
    }

    private static List<String> ids(Map<String, String> exported, BlockChain chain) {
        return exported.entrySet().stream()
                .filter(export -> chain.activeLayer()
                        .nodeName()
                        .filter(export.getValue()::equals)
                        .isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }
}
