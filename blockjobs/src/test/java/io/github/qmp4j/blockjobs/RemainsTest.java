package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.qmp4j.blockjobs.Finding.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Graphs that no QEMU gives when it is asked to. */
class RemainsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static GraphNode node(String name, String driver, String more) {
        return GraphNode.of(
                json("{\"node-name\":\"%s\",\"file\":\"/vm/%s\",\"drv\":\"%s\",\"ro\":false%s}"
                        .formatted(name, name, driver, more)),
                false);
    }

    private static Graph graph(boolean listed, GraphNode... nodes) {
        return new Graph(List.of(), List.of(nodes), listed, Map.of());
    }

    private static List<JobInfo> jobs(JobType... types) {
        return Stream.of(types)
                .map(type ->
                        new JobState(new JobId("j-" + type), type, new ProgressMeter(Duration.ofSeconds(30))).info())
                .toList();
    }

    /** The filter of a job goes with it, and if it ever does not, it is named. */
    @ParameterizedTest
    @CsvSource({
        "mirror_top, COPY, true",
        "mirror_top, COMMIT, true",
        "mirror_top, PULL, false",
        "commit_top, COMMIT, true",
        "commit_top, COPY, false",
        "copy-on-read, PULL, true",
        "copy-on-read, COPY, false"
    })
    void aFilterBelongsToAJobThatMayHavePutItThere(String driver, JobType type, boolean belongs) {
        Graph graph = graph(true, node("#block123", driver, ""));
        assertThat(Remains.in(graph, jobs(type)).isEmpty()).isEqualTo(belongs);
        assertThat(Remains.in(graph, jobs()))
                .extracting(Finding::kind, finding -> finding.command().isPresent())
                .containsExactly(tuple(Kind.FILTER, false));
    }

    @Test
    void aFilterThatAUserHasGivenANameIsTheUsers() {
        assertThat(Remains.in(graph(true, node("cor", "copy-on-read", "")), jobs()))
                .isEmpty();
    }

    /** What cannot be listed now may be used by anybody. */
    @Test
    void nothingIsSaidOfNodesThatAreNotListed() {
        Graph graph = graph(false, node("copy-target-abc123", "qcow2", ""), node("#block1", "mirror_top", ""));
        assertThat(Remains.in(graph, jobs())).isEmpty();
    }

    @Test
    void bitmapsAreToldOfTheDevicesWhereNodesCannotBeListed() {
        String bitmaps =
                ",\"dirty-bitmaps\":[{\"name\":\"bad\",\"inconsistent\":true},{\"name\":\"good\",\"inconsistent\":false}]";
        JsonNode devices = json(
                "[{\"device\":\"\"},{\"device\":\"d\",\"inserted\":{\"node-name\":\"a\",\"file\":\"/a\",\"drv\":\"qcow2\",\"ro\":false%s}}]"
                        .formatted(bitmaps));
        assertThat(Remains.bitmaps(graph(false, node("n", "qcow2", bitmaps)), devices))
                .extracting(Finding::name, finding -> finding.what().contains("bitmap of a "))
                .containsExactly(tuple("bad", true));
        assertThat(Remains.bitmaps(graph(true, node("n", "qcow2", bitmaps)), devices))
                .extracting(Finding::name, finding -> finding.what().contains("bitmap of n "))
                .containsExactly(tuple("bad", true));
    }
}
