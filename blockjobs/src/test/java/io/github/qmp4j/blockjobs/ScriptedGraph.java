package io.github.qmp4j.blockjobs;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The block graph of a {@link ScriptedVm} as JSON: disk0 on the chain that is given, disk1 on a node of its own. */
final class ScriptedGraph {
    private ScriptedGraph() {}

    /** What query-block says of it. */
    static String disks(List<String> chain) {
        return "[%s,%s]".formatted(disk("disk0", chain), disk("disk1", List.of("other")));
    }

    private static String disk(String name, List<String> nodes) {
        return "{\"device\":\"\",\"qdev\":\"/machine/peripheral/%s/virtio-backend\",\"inserted\":{\"node-name\":\"%s\",\"file\":\"%s\",\"image\":%s}}"
                .formatted(name, nodes.get(0), file(nodes.get(0)), image(nodes));
    }

    private static String image(List<String> nodes) {
        String below = nodes.size() == 1 ? "" : ",\"backing-image\":" + image(nodes.subList(1, nodes.size()));
        return "{\"filename\":\"%s\",\"format\":\"qcow2\",\"virtual-size\":8%s}".formatted(file(nodes.get(0)), below);
    }

    /** What query-named-block-nodes says of it. */
    static String nodes(List<String> chain) {
        List<String> names = new ArrayList<>(chain);
        Stream.of("active", "mid", "base", "other")
                .filter(name -> !names.contains(name))
                .forEach(names::add);
        return names.stream()
                .map(name -> "{\"node-name\":\"%s\",\"file\":\"%s\",\"drv\":\"qcow2\",\"ro\":false,\"image\":{}}"
                        .formatted(name, file(name)))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String file(String node) {
        return "/images/" + node + ".qcow2";
    }
}
