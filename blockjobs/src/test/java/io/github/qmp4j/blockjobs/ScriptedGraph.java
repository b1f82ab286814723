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
        return disks(chain, List.of("other"));
    }

    /** The same where disk1 is on another chain. */
    static String disks(List<String> chain, List<String> chainOfDisk1) {
        return "[%s,%s]".formatted(disk("disk0", chain), disk("disk1", chainOfDisk1));
    }

    private static String disk(String name, List<String> nodes) {
        return "{\"device\":\"\",\"qdev\":\"/machine/peripheral/%s/virtio-backend\",\"inserted\":{\"node-name\":\"%s\",\"file\":\"%s\",\"image\":%s}}"
                .formatted(name, nodes.get(0), file(nodes.get(0)), image(nodes));
    }

    private static String image(List<String> nodes) {
        String below = nodes.size() == 1
                ? ""
                : ",\"backing-filename\":\"%s\",\"backing-image\":%s"
                        .formatted(file(nodes.get(1)), image(nodes.subList(1, nodes.size())));
        return "{\"filename\":\"%s\",\"format\":\"qcow2\",\"virtual-size\":8%s}".formatted(file(nodes.get(0)), below);
    }

    /** What query-named-block-nodes says of it. */
    static String nodes(List<String> chain) {
        return nodes(chain, List.of());
    }

    /** The same where a mirror has put its filter on top of each of these nodes. */
    static String nodes(List<String> chain, List<String> mirrored) {
        List<String> names = new ArrayList<>(chain);
        Stream.of("active", "mid", "base", "other")
                .filter(name -> !names.contains(name))
                .forEach(names::add);
        return Stream.concat(
                        names.stream().map(name -> node(name, "qcow2", name)),
                        mirrored.stream().map(name -> node("#filter-" + name, "mirror_top", name)))
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** What query-blockstats says of it. */
    static String statistics(List<String> chain) {
        return chain.stream()
                .map(name -> "{\"node-name\":\"%s\"}".formatted(name))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String node(String name, String driver, String image) {
        return "{\"node-name\":\"%s\",\"file\":\"%s\",\"drv\":\"%s\",\"ro\":false,\"image\":{}}"
                .formatted(name, file(image), driver);
    }

    private static String file(String node) {
        return "/images/" + node + ".qcow2";
    }
}
