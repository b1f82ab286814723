package io.github.qmp4j.blockjobs.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The block graph of a {@code ScriptedVm} as JSON: disk0 on the chain that is given, disk1 on one of its own. */
public final class ScriptedGraph {
    private static final List<String> OTHER = List.of("other");

    private ScriptedGraph() {}

    /** What query-block says of it. */
    public static String disks(List<String> chain) {
        return disks(chain, OTHER);
    }

    public static String disks(List<String> chain, List<String> chainOfDisk1) {
        return "[%s,%s]".formatted(disk("disk0", chain), disk("disk1", chainOfDisk1));
    }

    private static String disk(String name, List<String> nodes) {
        return "{%s,\"inserted\":{\"node-name\":\"%s\",\"file\":\"%s\",\"image\":%s}}"
                .formatted(place(name), nodes.get(0), file(nodes.get(0)), image(nodes));
    }

    private static String place(String disk) {
        return "\"device\":\"\",\"qdev\":\"/machine/peripheral/%s/virtio-backend\"".formatted(disk);
    }

    private static String image(List<String> nodes) {
        String below = nodes.size() == 1
                ? ""
                : ",\"backing-filename\":\"%s\",\"backing-image\":%s"
                        .formatted(file(nodes.get(1)), image(nodes.subList(1, nodes.size())));
        return "{\"filename\":\"%s\",\"format\":\"qcow2\",\"virtual-size\":8%s}".formatted(file(nodes.get(0)), below);
    }

    /** What query-named-block-nodes says of it. */
    public static String nodes(List<String> chain) {
        return all(chain, OTHER).stream()
                .map(name -> "{\"node-name\":\"%s\",\"file\":\"%s\",\"drv\":\"qcow2\",\"ro\":false,\"image\":%s}"
                        .formatted(name, file(name), image(chain.contains(name) ? from(chain, name) : List.of(name))))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static List<String> from(List<String> chain, String name) {
        return chain.subList(chain.indexOf(name), chain.size());
    }

    private static Set<String> all(List<String> chain, List<String> chainOfDisk1) {
        Set<String> all = new LinkedHashSet<>(chain);
        all.addAll(chainOfDisk1);
        all.addAll(List.of("active", "mid", "base", "other"));
        return all;
    }

    /** What query-blockstats says of its devices. */
    public static String statistics(List<String> chain) {
        return statistics(chain, OTHER);
    }

    public static String statistics(List<String> chain, List<String> chainOfDisk1) {
        return "[{%s,%s},{%s,%s}]".formatted(place("disk0"), layer(chain), place("disk1"), layer(chainOfDisk1));
    }

    private static String layer(List<String> nodes) {
        String below = nodes.size() == 1 ? "" : ",\"backing\":{%s}".formatted(layer(nodes.subList(1, nodes.size())));
        return "\"node-name\":\"%s\"%s".formatted(nodes.get(0), below);
    }

    /** What query-blockstats says of its nodes. */
    public static String statisticsOfNodes(List<String> chain) {
        return chain.stream()
                .map(name -> "{\"node-name\":\"%s\"}".formatted(name))
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** What x-debug-query-block-graph says of it. */
    public static String edges(List<String> chain) {
        return edges(chain, OTHER, Map.of());
    }

    /**
     * The edges of two disks.
     *
     * @param mirrors the nodes that jobs mirror, by the ids of these
     */
    public static String edges(List<String> chain, List<String> chainOfDisk1, Map<String, String> mirrors) {
        Drawing drawing = new Drawing();
        all(chain, chainOfDisk1).forEach(name -> drawing.edge("block-driver", name, "file", "#" + name));
        for (List<String> nodes : List.of(chain, chainOfDisk1)) {
            for (int i = 1; i < nodes.size(); i++) {
                drawing.edge("block-driver", nodes.get(i - 1), "backing", nodes.get(i));
            }
        }
        mirrors.forEach((job, node) -> {
            drawing.edge("block-driver", "#filter-" + node, "backing", node);
            drawing.edge("block-job", job, "main node", "#filter-" + node);
            drawing.edge("block-job", job, "source", node);
        });
        return drawing.json();
    }

    /** Draws a graph as x-debug-query-block-graph does. */
    public static final class Drawing {
        private final Map<String, Integer> ids = new LinkedHashMap<>();
        private final List<String> nodes = new ArrayList<>();
        private final List<String> edges = new ArrayList<>();

        private int id(String type, String name) {
            return ids.computeIfAbsent(type + name, any -> {
                int id = ids.size() + 1;
                nodes.add("{\"id\":%d,\"type\":\"%s\",\"name\":\"%s\"}".formatted(id, type, name));
                return id;
            });
        }

        Drawing node(String name) {
            id("block-driver", name);
            return this;
        }

        public Drawing edge(String type, String user, String role, String node) {
            return edge(type, user, role, node, "\"consistent-read\"");
        }

        Drawing edge(String type, String user, String role, String node, String permissions) {
            edges.add("{\"parent\":%d,\"child\":%d,\"name\":\"%s\",\"perm\":[%s],\"shared-perm\":[]}"
                    .formatted(id(type, user), id("block-driver", node), role, permissions));
            return this;
        }

        public String json() {
            return "{\"nodes\":[%s],\"edges\":[%s]}".formatted(String.join(",", nodes), String.join(",", edges));
        }
    }

    public static String file(String node) {
        return "/images/" + node + ".qcow2";
    }
}
