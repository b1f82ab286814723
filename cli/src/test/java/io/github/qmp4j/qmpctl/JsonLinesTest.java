package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON lines that programs read from qmpctl. */
@Timeout(300)
class JsonLinesTest {
    /** The members of a result line, in their order. */
    private static final List<String> RESULT_MEMBERS = List.of(
            "type",
            "outcome",
            "job",
            "pivoted",
            "error",
            "offset",
            "len",
            "released",
            "invalidated",
            "leftovers",
            "size_before",
            "size_after",
            "files_checked",
            "plain_text",
            "disk",
            "kind");

    private static final Vm VM = new Vm();
    private static final ChainedDisk DISK = VM.disk();

    @AfterAll
    static void end() {
        VM.close();
    }

    @Test
    void aJobIsAStartThenPhasesAndProgressAndAtLastOneResult() {
        ChainedDisk disk = VM.disk();
        Ended ended = VM.qmpctl("-o", "json", "commit", disk.name(), "--shallow", "--pivot", "--job-id", "j1")
                .with(0)
                .withSilentErr();
        List<JsonNode> lines = ended.lines();
        assertThat(lines.get(0).path("type").asText()).isEqualTo("start");
        assertThat(lines)
                .extracting(line -> line.path("type").asText())
                .containsOnly("start", "phase", "progress", "result");
        assertThat(lines).extracting(line -> line.path("job").asText()).containsOnly("j1");
        assertThat(ended.lines("phase"))
                .extracting(line -> line.path("phase").asText())
                .contains("pivoting")
                .endsWith("ended");
        assertThat(ended.lines("progress")).allSatisfy(JsonLinesTest::assertProgress);
        assertThat(names(ended.result())).containsExactlyElementsOf(RESULT_MEMBERS);
        assertCompleted(ended.result(), disk);
    }

    private static void assertProgress(JsonNode line) {
        assertThat(line.path("offset").isIntegralNumber()).isTrue();
        assertThat(line.path("len").isIntegralNumber()).isTrue();
        assertThat(line.path("speed").isIntegralNumber()).isTrue();
        assertThat(line.path("rate").isIntegralNumber() || line.path("rate").isNull())
                .isTrue();
        assertThat(line.has("eta_seconds")).isTrue();
    }

    private static void assertCompleted(JsonNode result, ChainedDisk disk) {
        assertThat(result.path("outcome").asText()).isEqualTo("completed");
        assertThat(result.path("pivoted").isBoolean() && result.path("pivoted").asBoolean())
                .isTrue();
        assertThat(result.path("error").isNull()).isTrue();
        assertThat(result.path("offset").asLong()).isEqualTo(result.path("len").asLong());
        assertThat(result.path("released")).hasSize(1);
        assertThat(result.path("released").get(0).path("node").asText()).isEqualTo(disk.node("active"));
        assertThat(result.path("released").get(0).path("file").asText())
                .isEqualTo(disk.image("active").toString());
        assertThat(result.path("leftovers").isArray()).isTrue();
        assertThat(result.path("size_before").asLong())
                .isPositive()
                .isEqualTo(result.path("size_after").asLong());
    }

    @Test
    void disksAndChainAreOneLineAnItem() {
        Ended disks = VM.qmpctl("-o", "json", "disks").with(0).withSilentErr();
        JsonNode disk = disks.lines("disk").get(0);
        assertThat(disk.path("disk").asText()).isEqualTo(DISK.name());
        assertThat(disk.path("device").isNull()).isTrue();
        assertThat(disk.path("layers").asInt()).isEqualTo(4);
        assertThat(disk.path("virtual_size").asLong()).isEqualTo(64 * Vm.MIB);
        List<JsonNode> chain =
                VM.qmpctl("-o", "json", "chain", DISK.name()).with(0).lines();
        assertThat(chain)
                .extracting(line -> line.path("node").asText())
                .containsExactly(DISK.node("active"), DISK.node("snap2"), DISK.node("snap1"), DISK.node("base"));
        assertThat(chain).extracting(line -> line.path("depth").asInt()).containsExactly(0, 1, 2, 3);
        assertThat(chain.get(3).path("backing_file").isNull()).isTrue();
        assertThat(chain.get(3).path("file").asText())
                .isEqualTo(DISK.image("base").toString());
    }

    @Test
    void jobsAndJobTellTheSameOfAJob() {
        ChainedDisk disk = VM.disk();
        VM.qmpctl("commit", disk.name(), "--shallow", "--job-id", "j2").with(0);
        List<JsonNode> jobs = VM.qmpctl("-o", "json", "jobs").with(0).lines();
        assertThat(jobs).hasSize(1);
        assertThat(jobs.get(0).path("type").asText()).isEqualTo("job");
        assertThat(jobs.get(0).path("kind").asText()).isEqualTo("commit");
        assertThat(jobs.get(0).path("ready").asBoolean()).isTrue();
        assertThat(jobs.get(0).path("rate").isNull()).isTrue();
        assertThat(VM.qmpctl("-o", "json", "job", "j2").with(0).lines()).isEqualTo(jobs);
        assertThat(VM.qmpctl("jobs").with(0).out()).containsPattern("j2 +commit +ready");
        assertThat(VM.qmpctl("job", "j2").with(0).out()).containsPattern("ready +yes");
        VM.qmpctl("cancel", "j2").with(4);
        assertThat(VM.qmpctl("jobs").with(0).out()).isEqualTo("This QEMU has no jobs.\n");
    }

    @Test
    void aDetachedStartHasItsResultLineToo() {
        ChainedDisk disk = VM.disk();
        Ended ended = VM.qmpctl("-o", "json", "pull", disk.name(), "--detach", "--job-id", "j3", "--speed", "64K");
        assertThat(ended.with(0).withSilentErr().lines().get(0).path("type").asText())
                .isEqualTo("start");
        assertThat(ended.result().path("job").asText()).isEqualTo("j3");
        assertThat(ended.result().path("pivoted").isNull()).isTrue();
        assertThat(ended.result().path("error").asText()).contains("waits in PENDING", "wait j3");
        VM.qmpctl("cancel", "j3").with(4);
    }

    @Test
    void execPrintsTheBareReturnValue() {
        Ended ended = VM.qmpctl("-o", "json", "exec", "query-status").with(0).withSilentErr();
        assertThat(ended.out().lines()).hasSize(1);
        assertThat(ended.lines().get(0).path("status").asText()).isEqualTo("prelaunch");
        assertThat(VM.qmpctl("exec", "query-status").with(0).out()).contains("\"status\" : \"prelaunch\"");
    }

    @Test
    void eventsComeAsLinesAndEndAfterTheCount() {
        try (Child events = VM.start("-o", "json", "events", "--filter", "STOP", "RESET", "--count", "1")) {
            // No sign shows that it listens, so the test causes events until one arrives.
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
                VM.ask("system_reset");
                return !events.handle().isAlive();
            });
            Ended ended = events.ended().with(0).withSilentErr();
            assertThat(ended.lines()).hasSize(1);
            assertThat(ended.lines().get(0).path("type").asText()).isEqualTo("event");
            assertThat(ended.lines().get(0).path("event").asText()).isEqualTo("RESET");
            assertThat(ended.lines().get(0).path("data").path("guest").asBoolean())
                    .isFalse();
        }
    }

    @Test
    void textForPeopleHasATableOfDisksAndADrawingOfTheChain() {
        assertThat(VM.qmpctl("disks").with(0).withSilentErr().out())
                .contains("DISK", "LAYERS")
                .containsPattern(DISK.name() + " +" + DISK.node("active") + " +qcow2 +64.0 MiB");
        assertThat(VM.qmpctl("chain", DISK.name()).with(0).withSilentErr().out().lines())
                .hasSize(5)
                .anyMatch(line -> line.contains("└─ " + DISK.node("active")) && line.endsWith("active, rw"))
                .anyMatch(line -> line.contains("      └─ " + DISK.node("snap1")) && line.endsWith(" ro"));
    }

    private static List<String> names(JsonNode object) {
        List<String> all = new ArrayList<>();
        object.fieldNames().forEachRemaining(all::add);
        return all;
    }
}
