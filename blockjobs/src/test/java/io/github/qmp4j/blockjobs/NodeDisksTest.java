package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which nodes are disks of their own, with the edges of a new QEMU and with the nested images of an old one. */
class NodeDisksTest {
    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** A node with images nested below it, as {@code driver:file}, itself first. */
    private static GraphNode nested(String name, String... images) {
        String image = "";
        for (int i = images.length - 1; i >= 0; i--) {
            String[] parts = images[i].split(":", -1);
            image = "{\"format\":\"%s\",\"filename\":\"%s\",\"virtual-size\":8%s}"
                    .formatted(parts[0], parts[1], image.isEmpty() ? "" : ",\"backing-image\":" + image);
        }
        String[] own = images[0].split(":", -1);
        return GraphNode.of(
                json("{\"node-name\":\"%s\",\"drv\":\"%s\",\"file\":\"%s\",\"ro\":false,\"image\":%s}"
                        .formatted(name, own[0], own[1], image)),
                true);
    }

    /** A node whose edges QEMU tells, as {@code role:node}. */
    private static GraphNode edged(String name, String driver, String file, String... edges) {
        String children = Stream.of(edges)
                .map(edge -> edge.split(":", -1))
                .map(edge -> "{\"child\":\"%s\",\"node-name\":\"%s\"}".formatted(edge[0], edge[1]))
                .collect(java.util.stream.Collectors.joining(",", "[", "]"));
        return GraphNode.of(
                json(
                        "{\"node-name\":\"%s\",\"drv\":\"%s\",\"file\":\"%s\",\"ro\":false,\"children\":%s,\"image\":{\"format\":\"%s\",\"filename\":\"%s\",\"virtual-size\":8}}"
                                .formatted(name, driver, file, children, driver, file)),
                false);
    }

    private static List<String> disks(List<GraphNode> nodes, Set<String> files, Map<String, String> exports) {
        return new NodeDisks(nodes, List.of(), exports)
                .all(files).stream()
                        .map(disk -> JobPlan.drawn(disk.chain())
                                + (disk.exports().isEmpty() ? "" : " by " + String.join(",", disk.exports())))
                        .toList();
    }

    @Test
    void findsTheTopsOfChainsByNestedImages() {
        List<GraphNode> nodes = List.of(
                nested("top", "qcow2:/t", "qcow2:/m", "raw:/b"),
                nested("mid", "qcow2:/m", "raw:/b"),
                nested("base", "raw:/b"),
                nested("base-file", "file:/b"),
                nested("#block1", "file:/t"));
        assertThat(disks(nodes, Set.of("base-file"), Map.of())).containsExactly("top → mid → base");
        assertThat(disks(nodes, Set.of("base-file"), Map.of("e", "mid")))
                .containsExactly("top → mid → base", "mid → base by e");
    }

    @Test
    void findsTheTopsOfChainsByEdges() {
        List<GraphNode> nodes = List.of(
                edged("top", "qcow2", "/t", "backing:mid", "file:top-file"),
                edged("top-file", "file", "/t"),
                edged("mid", "qcow2", "/m", "backing:base", "file:#block2"),
                edged("base", "raw", "/b", "file:#block3"),
                edged("other", "throttle", "/o", "file:below"),
                edged("below", "qcow2", "/o", "file:#block4"));
        assertThat(disks(nodes, Set.of(), Map.of())).containsExactly("top → mid → base", "other → below");
    }

    /** While a job runs its filter is on top, and an export is on the filter. */
    @Test
    void looksThroughTheFiltersOfJobs() {
        List<GraphNode> nested = List.of(
                nested("#block9", "mirror_top:/t", "qcow2:/t", "qcow2:/b"),
                nested("top", "qcow2:/t", "commit_top:/b", "qcow2:/b"),
                nested("#block8", "commit_top:/b", "qcow2:/b"),
                nested("base", "qcow2:/b"));
        assertThat(disks(nested, Set.of(), Map.of("e", "#block9"))).containsExactly("top → base by e");
        List<GraphNode> edged = List.of(
                edged("#block9", "mirror_top", "/t", "backing:top"),
                edged("top", "qcow2", "/t", "backing:base"),
                edged("base", "qcow2", "/b"));
        assertThat(disks(edged, Set.of(), Map.of("e", "#block9"))).containsExactly("top → base by e");
    }

    /** Which of two nodes on one file is used cannot be told without edges. */
    @Test
    void takesNoTwinOfAUsedNodeForADisk() {
        List<GraphNode> nodes =
                List.of(nested("top", "qcow2:/t", "qcow2:/b"), nested("base", "qcow2:/b"), nested("twin", "qcow2:/b"));
        assertThat(disks(nodes, Set.of(), Map.of())).containsExactly("top → /b");
        List<GraphNode> edged = List.of(
                edged("top", "qcow2", "/t", "backing:base"),
                edged("base", "qcow2", "/b"),
                edged("twin", "qcow2", "/b"));
        assertThat(disks(edged, Set.of(), Map.of())).containsExactly("top → base", "twin");
    }

    /** The filter of a job is no user of what it is on. */
    @Test
    void readsTheFilesOfOthersOutOfTheStatistics() {
        JsonNode statistics = json("""
                [{"node-name":"base-file","stats":{}},
                {"node-name":"base","stats":{},"parent":{"node-name":"base-file"}},
                {"node-name":"#block1","stats":{},"parent":{"node-name":"base"}}]""");
        List<GraphNode> nodes = List.of(new GraphNode(
                "#block1",
                "/b",
                "copy-on-read",
                false,
                Set.of(),
                java.util.Optional.empty(),
                List.of(),
                MissingNode.getInstance()));
        assertThat(NodeDisks.files(statistics, nodes)).containsExactly("base-file");
        assertThat(NodeDisks.files(statistics, List.of())).containsExactlyInAnyOrder("base-file", "base");
    }
}
