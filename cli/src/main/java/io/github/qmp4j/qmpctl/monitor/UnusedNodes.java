package io.github.qmp4j.qmpctl.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the block nodes that no device, no job, no export and no other node uses.
 *
 * <p>Only {@code x-debug-query-block-graph} shows the users of a node on every version. QEMU does not promise to keep this
 * command, and may refuse it. A listing of the nodes would name their files, but can kill versions before 10.0.
 */
public final class UnusedNodes {
    private static final String GRAPH = "x-debug-query-block-graph";

    private final Map<Long, String> names = new HashMap<>();
    private final Map<String, Set<String>> usedBy = new HashMap<>();
    private final Set<String> used = new HashSet<>();

    private UnusedNodes(JsonNode graph) {
        for (JsonNode node : graph.path("nodes")) {
            if (node.path("type").asText().equals("block-driver")) {
                names.put(node.path("id").asLong(), node.path("name").asText());
            }
        }
        for (JsonNode edge : graph.path("edges")) {
            String child = names.get(edge.path("child").asLong());
            String parent = names.get(edge.path("parent").asLong());
            used.add(child);
            if (parent != null) {
                usedBy.computeIfAbsent(parent, any -> new HashSet<>()).add(child);
            }
        }
    }

    /** Reads the graph as it is now. */
    public static UnusedNodes of(QmpClient client) {
        return new UnusedNodes(client.execute(QmpCommand.of(GRAPH)).join());
    }

    /** The names of the unused nodes, without QEMU's own, which begin with a # and disappear with their users. */
    public Set<String> names() {
        Set<String> unused = new TreeSet<>(names.values());
        unused.removeAll(used);
        unused.removeIf(name -> name.startsWith("#"));
        return unused;
    }

    /** All nodes above any of these, and the nodes that only those use. */
    public Set<String> above(Collection<String> nodes) {
        Set<String> above = new HashSet<>(nodes);
        while (usedBy.entrySet().stream()
                .filter(user -> user.getValue().stream().anyMatch(above::contains))
                .map(Map.Entry::getKey)
                .anyMatch(above::add)) {
            // until no further node is found
        }
        above.removeAll(nodes);
        Set<String> whole = new HashSet<>(above);
        above.forEach(user -> usedBy.getOrDefault(user, Set.of()).stream()
                .filter(child -> !nodes.contains(child))
                .forEach(whole::add));
        return whole;
    }
}
