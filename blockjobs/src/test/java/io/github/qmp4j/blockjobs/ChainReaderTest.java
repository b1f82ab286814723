package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How chains are read from query-block. */
class ChainReaderTest {
    private static JsonNode json(String text) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GraphNode node(String name, String file, String... children) {
        return new GraphNode(
                name,
                file,
                "qcow2",
                true,
                Set.of(),
                children.length == 0 ? Optional.empty() : Optional.of(Set.of(children)),
                List.of(),
                MissingNode.getInstance());
    }

    private static List<String> names(GraphNode... nodes) {
        JsonNode entry = json("""
                {"device":"","qdev":"/machine/peripheral/vda/virtio-backend","inserted":{"node-name":"a","image":
                {"filename":"/a","format":"qcow2","virtual-size":8,"backing-image":
                {"filename":"/b","format":"qcow2","virtual-size":8,"actual-size":4}}}}""");
        Disk disk = new ChainReader(List.of(nodes)).disk(entry).orElseThrow();
        assertThat(disk.name()).isEqualTo("vda");
        assertThat(disk.chain().nodes()).extracting(BlockNode::file).containsExactly("/a", "/b");
        return disk.chain().nodes().stream()
                .map(image -> image.nodeName().orElse(""))
                .toList();
    }

    @Test
    void givesEachImageItsNode() {
        assertThat(names(node("a", "/a"), node("b", "/b"))).containsExactly("a", "b");
    }

    @Test
    void leavesTwinsWithoutANodeName() {
        assertThat(names(node("a", "/a"), node("b", "/b"), node("c", "/b"))).containsExactly("a", "");
    }

    @Test
    void tellsTwinsApartByTheChildrenWhereQemuTellsThem() {
        assertThat(names(node("a", "/a", "c"), node("b", "/b"), node("c", "/b")))
                .containsExactly("a", "c");
    }

    @Test
    void readsAChainThoughNoNodeIsListed() {
        assertThat(names()).containsExactly("a", "");
    }

    @Test
    void seesNoDiskWhereNoMediumIs() {
        assertThat(new ChainReader(List.of()).disk(json("{\"device\":\"cd\",\"qdev\":\"x\"}")))
                .isEmpty();
    }
}
