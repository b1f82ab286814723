package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the disks that no guest device is on: nodes that are exported, and nodes that no other node uses. What only a job
 * uses, as the target of a copy, is among them, since the graph of a QEMU before 11.1 does not show that.
 */
final class NodeDisks {
    private final List<GraphNode> nodes;
    private final List<Disk> pluggedIn;
    private final Map<String, String> exports;
    private final ChainReader chains;

    /**
     * @param pluggedIn the disks that QEMU itself lists
     * @param exports the node-names of the exports by their ids, as QEMU tells them
     */
    NodeDisks(List<GraphNode> nodes, List<Disk> pluggedIn, Map<String, String> exports) {
        this.nodes = nodes;
        this.pluggedIn = pluggedIn;
        this.exports = exports;
        this.chains = new ChainReader(nodes);
    }

    /**
     * The nodes that may be such disks, by what a flat listing tells.
     *
     * @param files the nodes that others are known to have as their file
     */
    List<GraphNode> candidates(Set<String> files) {
        Set<String> inChains = pluggedIn.stream()
                .flatMap(disk -> disk.chain().nodes().stream())
                .flatMap(node -> node.nodeName().stream())
                .collect(Collectors.toSet());
        return nodes.stream()
                .filter(node -> exports.containsValue(node.name())
                        || (node.isNamed() && !node.isJobFilter() && !files.contains(node.name())))
                .filter(node -> !inChains.contains(node.name()))
                .toList();
    }

    /** All disks, with their exports; {@code files} as above. */
    List<Disk> all(Set<String> files) {
        Map<String, String> exported = exported();
        Lower lower = lower();
        List<Disk> disks = new ArrayList<>();
        pluggedIn.forEach(disk -> disks.add(disk.with(ids(exported, disk.chain().activeLayer()))));
        candidates(files).stream()
                .filter(node -> !node.isJobFilter())
                .filter(node -> exported.containsValue(node.name()) || !lower.has(node))
                .flatMap(node -> chains.chain(node).stream())
                .map(chain -> new Disk(Optional.empty(), Optional.empty(), chain, ids(exported, chain.activeLayer())))
                .forEach(disks::add);
        return disks;
    }

    /** While a job runs, an export is on the filter of that job; what it serves is the node below. */
    Map<String, String> exported() {
        Map<String, String> below = new LinkedHashMap<>();
        exports.forEach((id, name) -> below.put(
                id,
                named(name)
                        .filter(GraphNode::isJobFilter)
                        .flatMap(chains::chain)
                        .flatMap(chain -> chain.activeLayer().nodeName())
                        .orElse(name)));
        return below;
    }

    private static List<String> ids(Map<String, String> exported, BlockNode top) {
        return exported.entrySet().stream()
                .filter(export ->
                        top.nodeName().filter(export.getValue()::equals).isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The names of what is used by others, and what is used but cannot be told from its twin. */
    private record Lower(Set<String> names, List<BlockNode> twins) {
        boolean has(GraphNode node) {
            return names.contains(node.name()) || twins.stream().anyMatch(node::isOf);
        }
    }

    private Lower lower() {
        Set<String> names = new HashSet<>();
        List<BlockNode> twins = new ArrayList<>();
        for (GraphNode user : nodes) {
            if (user.isJobFilter()) {
                continue;
            }
            user.children().ifPresent(names::addAll);
            chains.chain(user).stream()
                    .flatMap(chain -> chain.nodes().stream().skip(1))
                    .forEach(layer -> layer.nodeName().ifPresentOrElse(names::add, () -> twins.add(layer)));
        }
        return new Lower(names, twins);
    }

    private Optional<GraphNode> named(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** The nodes that others have as their file, out of {@code query-blockstats} for nodes, which is safe at all times. */
    static Set<String> files(JsonNode statistics, List<GraphNode> nodes) {
        Set<String> filters = nodes.stream()
                .filter(GraphNode::isJobFilter)
                .map(GraphNode::name)
                .collect(Collectors.toSet());
        return GraphReader.stream(statistics)
                .filter(user -> !filters.contains(user.path("node-name").asText()))
                .map(user -> user.at("/parent/node-name").asText())
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
    }
}
