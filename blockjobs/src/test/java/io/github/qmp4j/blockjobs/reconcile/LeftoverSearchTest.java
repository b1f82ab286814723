package io.github.qmp4j.blockjobs.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DirtyBitmap;
import io.github.qmp4j.blockjobs.Finding;
import io.github.qmp4j.blockjobs.Finding.Kind;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.graph.DiskReader;
import io.github.qmp4j.blockjobs.graph.Edges;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.graph.ScriptedGraph;
import io.github.qmp4j.blockjobs.job.JobState;
import io.github.qmp4j.blockjobs.job.ProgressMeter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Graphs that no QEMU gives when it is asked to. */
class LeftoverSearchTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Graph graph(String... edges) {
        ScriptedGraph.Drawing drawing = new ScriptedGraph.Drawing();
        for (String edge : edges) {
            String[] parts = edge.split(" ", -1);
            drawing.edge(parts[0], parts[1], parts[2], parts[3]);
        }
        return new DiskReader(Edges.of(json(drawing.json())), json("[]"), json("[]"), Map.of(), Optional.empty())
                .graph(Map.of());
    }

    private static List<JobInfo> jobs(JobType... types) {
        return Stream.of(types)
                .map(type ->
                        new JobState(new JobId("j-" + type), type, new ProgressMeter(Duration.ofSeconds(30))).info())
                .toList();
    }

    /** The filter of a job goes with it, and if it ever does not, it is named. */
    @Test
    void aFilterBelongsToTheJobThatHoldsWhatItStandsOn() {
        String filter = "block-driver #block123 backing a";
        assertThat(LeftoverSearch.in(graph(filter, "block-job j source a"), jobs(JobType.COPY)))
                .isEmpty();
        assertThat(LeftoverSearch.in(graph(filter, "block-job j source b"), jobs(JobType.COPY)))
                .extracting(Finding::kind, finding -> finding.command().isPresent())
                .containsExactly(tuple(Kind.FILTER, false));
    }

    @Test
    void aFilterThatAUserHasPutThereIsTheUsers() {
        assertThat(LeftoverSearch.in(graph("block-driver cor file a"), jobs())).isEmpty();
    }

    @Test
    void aBitmapThatACrashLeftInconsistentIsFoundOnAnyNode() {
        DirtyBitmap good = new DirtyBitmap("good", 1, OptionalLong.empty(), true, true, false, false);
        DirtyBitmap bad = new DirtyBitmap("bad", 1, OptionalLong.empty(), true, true, false, true);
        BlockNode image = new BlockNode(
                Optional.of("n"),
                "/n",
                "qcow2",
                8,
                OptionalLong.empty(),
                false,
                Optional.empty(),
                false,
                List.of(good, bad),
                Optional.empty());
        Graph graph = new Graph(
                List.of(),
                List.of(new GraphNode("n", false, true, Optional.of(image), Set.of())),
                Map.of(),
                new Edges(Set.of(), Set.of(), Set.of()));
        assertThat(LeftoverSearch.bitmaps(graph))
                .extracting(Finding::name, finding -> finding.what().contains("bitmap of n "))
                .containsExactly(tuple("bad", true));
    }
}
