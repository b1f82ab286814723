package io.github.qmp4j.examples.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Block nodes that no device, no job, no export and no other node uses.
 *
 * <p>Only {@code x-debug-query-block-graph} shows who uses a node on every version; it is a command without a promise, so a
 * QEMU may refuse it. A listing of the nodes would tell their files, and can kill versions before 10.0.
 */
final class OrphanNodes {
    private static final String GRAPH = "x-debug-query-block-graph";

    private final QmpClient client;

    OrphanNodes(QmpClient client) {
        this.client = client;
    }

    /** The names of the orphans. */
    Set<String> find() {
        return orphans(client.execute(QmpCommand.of(GRAPH)).join());
    }

    private static Set<String> orphans(JsonNode graph) {
        Set<Long> used = new HashSet<>();
        graph.path("edges").forEach(edge -> used.add(edge.path("child").asLong()));
        Set<String> orphans = new TreeSet<>();
        for (JsonNode node : graph.path("nodes")) {
            if (node.path("type").asText().equals("block-driver")
                    && !used.contains(node.path("id").asLong())) {
                orphans.add(node.path("name").asText());
            }
        }
        return orphans;
    }
}
