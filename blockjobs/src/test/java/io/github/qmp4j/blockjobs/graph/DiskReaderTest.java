package io.github.qmp4j.blockjobs.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DirtyBitmap;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.graph.ScriptedGraph.Drawing;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How the answers to several queries become disks. */
class DiskReaderTest {
    private static final String NODE = "block-driver";
    private static final String JOB = "block-job";

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static List<String> disks(Drawing drawing, Map<String, String> exports, String listed) {
        Graph graph = new DiskReader(
                        Edges.of(json(drawing.json())), json("[]"), json("[]"), exports, Optional.of(json(listed)))
                .graph(Map.of());
        return graph.disks().stream()
                .map(disk -> Chains.drawn(disk.chain())
                        + (disk.exports().isEmpty() ? "" : " by " + String.join(",", disk.exports())))
                .toList();
    }

    private static Drawing chain() {
        return new Drawing()
                .edge(NODE, "top", "backing", "mid")
                .edge(NODE, "top", "file", "top-file")
                .edge(NODE, "mid", "backing", "base")
                .edge(NODE, "mid", "file", "#block2")
                .edge(NODE, "base", "file", "#block3");
    }

    @Test
    void findsTheTopsOfChains() {
        Drawing drawing = chain().edge(NODE, "thr", "file", "below").edge(NODE, "below", "file", "#block4");
        String throttle = "[{\"node-name\":\"thr\",\"image\":{\"filename\":\"/o\",\"format\":\"throttle\"}}]";
        assertThat(disks(drawing, Map.of(), throttle)).containsExactly("thr → below", "top → mid → base");
        assertThat(disks(chain(), Map.of("e", "mid"), "[]")).containsExactly("mid → base by e", "top → mid → base");
    }

    /** While a job runs its filter is on top, and an export is on the filter. */
    @Test
    void looksThroughTheFiltersOfJobs() {
        Drawing mirrored = chain().edge(NODE, "#block9", "backing", "top")
                .edge(JOB, "j", "main node", "#block9")
                .edge(JOB, "j", "source", "top");
        assertThat(disks(mirrored, Map.of("e", "#block9"), "[]")).containsExactly("top → mid → base by e");
        Drawing committed = chain().edge(NODE, "o", "file", "#block1")
                .edge(NODE, "o", "backing", "#block8")
                .edge(NODE, "#block8", "backing", "top");
        assertThat(disks(committed, Map.of(), "[]")).containsExactly("o → top → mid → base");
        Drawing pulled = chain().edge(NODE, "#block7", "file", "top")
                .edge(JOB, "j", "main node", "#block7")
                .edge(JOB, "j", "active node", "top");
        assertThat(disks(pulled, Map.of("e", "#block7"), "[]")).containsExactly("top → mid → base by e");
    }

    /** On QEMU 7.2 the filter of a pull that has ended stands on nothing. */
    @Test
    void seesNoDiskInTheFilterOfAPullThatHasEnded() {
        Drawing ended = chain().edge(JOB, "j", "main node", "flt").edge(JOB, "j", "active node", "top");
        assertThat(disks(ended, Map.of(), "[]")).containsExactly("top → mid → base");
    }

    @Test
    void tellsTwinsApart() {
        assertThat(disks(chain().node("twin"), Map.of(), "[]")).containsExactly("top → mid → base", "twin");
    }

    private static final String BLOCKS = """
            [{"device":"","qdev":"/machine/peripheral/vda/virtio-backend","inserted":{"node-name":"a","ro":false,
            "dirty-bitmaps":[{"name":"x","granularity":1,"count":2,"recording":true,"persistent":true,"busy":false}],
            "image":{"filename":"/a","format":"qcow2","virtual-size":8,"backing-filename":"b","backing-image":
            {"filename":"/b","format":"qcow2","virtual-size":8,"actual-size":4,
            "format-specific":{"data":{"bitmaps":[{"name":"y","granularity":1,"flags":["auto","in-use"]}]}}}}}}]""";

    private static final String STATISTICS = """
            [{"device":"cd"},{"device":"","qdev":"/machine/peripheral/vda/virtio-backend","node-name":"a",
            "backing":{"node-name":"b"}}]""";

    private static DiskReader joined(Drawing drawing, String statistics) {
        return new DiskReader(
                Edges.of(json(drawing.json())), json(statistics), json(BLOCKS), Map.of(), Optional.empty());
    }

    @Test
    void joinsTheNamesOfTheStatisticsWithTheFilesOfTheDevices() {
        Drawing drawing = new Drawing()
                .edge(NODE, "a", "backing", "b")
                .edge(NODE, "a", "file", "#1", "\"write\"")
                .edge(NODE, "b", "file", "#2");
        Disk disk = joined(drawing, STATISTICS).graph(Map.of()).disks().get(0);
        assertThat(disk.name()).isEqualTo("vda");
        assertThat(disk.chain().nodes())
                .extracting(BlockNode::label, BlockNode::file, BlockNode::readOnly)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("a", "/a", false),
                        org.assertj.core.api.Assertions.tuple("b", "/b", true));
        assertThat(disk.chain().nodes().get(0).bitmaps())
                .containsExactly(new DirtyBitmap("x", 1, OptionalLong.of(2), true, true, false, false));
        // A bitmap that is in use in an image that nothing writes to was left so by a crash.
        assertThat(disk.chain().nodes().get(1).bitmaps())
                .containsExactly(new DirtyBitmap("y", 1, OptionalLong.empty(), true, true, false, true));
    }

    @Test
    void takesNoAnswersOfTwoMomentsForOne() {
        Drawing drawing = new Drawing().edge(NODE, "a", "backing", "b");
        for (String statistics : List.of(
                "[]",
                STATISTICS.replace("\"backing\"", "\"x\""),
                STATISTICS.replace("\"b\"}", "\"b\",\"backing\":{\"node-name\":\"a\"}}"),
                STATISTICS.replace("\"b\"}", "\"c\"}"),
                STATISTICS.replace("vda", "vdb"))) {
            assertThatThrownBy(() -> joined(drawing, statistics)).isInstanceOf(DiskReader.ChangedException.class);
        }
    }

    @Test
    void remembersWhatItCannotAskNow() {
        BlockNode mid =
                new BlockNode(Optional.of("mid"), "/m", "qcow2", 8, OptionalLong.empty(), true, Optional.empty());
        Graph graph = new DiskReader(Edges.of(json(chain().json())), json("[]"), json("[]"), Map.of(), Optional.empty())
                .graph(Map.of("mid", mid));
        assertThat(graph.node("mid").orElseThrow().isCurrent()).isFalse();
        assertThat(graph.disks().get(0).chain().nodes()).contains(mid);
        assertThat(graph.isAllKnown()).isFalse();
    }
}
