package io.github.qmp4j.examples.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Block nodes that no device, no job, no export and no other node uses.
 *
 * <p>Only {@code x-debug-query-block-graph} shows who uses a node on every version; it is a command without a promise, so a
 * QEMU that refuses it is asked for nothing else.
 */
final class OrphanNodes {
    private static final String GRAPH = "x-debug-query-block-graph";

    private final QmpClient client;

    OrphanNodes(QmpClient client) {
        this.client = client;
    }

    /** The files of the orphans, by node-name. There must be no job: listing nodes beside one can kill older versions. */
    Map<String, String> find() {
        Set<String> orphans = orphans(client.execute(QmpCommand.of(GRAPH)).join());
        Map<String, String> files = new LinkedHashMap<>();
        if (!orphans.isEmpty()) {
            JsonNode nodes = client.execute(
                            QmpCommand.of("query-named-block-nodes").with("flat", true))
                    .join();
            for (JsonNode node : nodes) {
                String name = node.path("node-name").asText();
                if (orphans.contains(name)) {
                    files.put(
                            name,
                            node.path("drv").asText() + ", " + node.path("file").asText());
                }
            }
        }
        return files;
    }

    private static Set<String> orphans(JsonNode graph) {
        Set<Long> used = new HashSet<>();
        graph.path("edges").forEach(edge -> used.add(edge.path("child").asLong()));
        Set<String> orphans = new HashSet<>();
        for (JsonNode node : graph.path("nodes")) {
            if (node.path("type").asText().equals("block-driver")
                    && !used.contains(node.path("id").asLong())) {
                orphans.add(node.path("name").asText());
            }
        }
        return orphans;
    }
}
