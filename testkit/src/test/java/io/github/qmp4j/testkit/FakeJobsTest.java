package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FakeJobsTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String STREAM = "{\"device\":\"top\",\"job-id\":\"j\",\"auto-dismiss\":false,\"speed\":9}";
    private static final String MIRROR =
            "{\"device\":\"top\",\"target\":\"t\",\"sync\":\"full\",\"job-id\":\"j\",\"auto-dismiss\":false}";

    private final FakeJobs jobs = FakeJobs.start(FakeQemu.responding().checkedAgainst(RecordedSchema.V10_0));
    private RawMonitor monitor;

    @BeforeEach
    void connect() {
        monitor = RawMonitor.connect(jobs.qemu().socket(), LONG);
    }

    @AfterEach
    void close() {
        monitor.close();
        jobs.qemu().verify();
        jobs.close();
    }

    @Test
    void streamsToItsEndAndWaitsForTheDismissal() {
        monitor.execute("block-stream", STREAM);
        jobs.awaitJob("j", LONG);
        jobs.progress("j", 10, 100);
        assertThat(monitor.execute("query-jobs").toString())
                .isEqualTo(
                        "[{\"current-progress\":10,\"status\":\"running\",\"total-progress\":100,\"type\":\"stream\","
                                + "\"id\":\"j\"}]");
        assertThat(monitor.execute("query-block-jobs").at("/0/speed").asInt()).isEqualTo(9);
        jobs.finish("j");
        assertThat(monitor.execute("query-jobs").at("/0/status").asText()).isEqualTo("concluded");
        monitor.execute("job-dismiss", "{\"id\":\"j\"}");
        assertThat(monitor.execute("query-jobs").isEmpty()).isTrue();
        assertThat(jobs.status("j")).isEmpty();
        assertThat(events())
                .containsExactly(
                        "created", "running", "waiting", "pending", "BLOCK_JOB_COMPLETED", "concluded", "null");
    }

    @Test
    void failsWithTheErrorInEventAndList() {
        monitor.execute("block-stream", STREAM);
        jobs.fail("j", "No space left on device");
        assertThat(monitor.execute("query-jobs").at("/0/error").asText()).isEqualTo("No space left on device");
        assertThat(monitor.awaitEvent("BLOCK_JOB_COMPLETED", data -> true, LONG)
                        .at("/data/error")
                        .asText())
                .isEqualTo("No space left on device");
        assertThat(events()).containsExactly("created", "running", "aborting", "BLOCK_JOB_COMPLETED", "concluded");
    }

    @Test
    void forgetsAJobThatDismissesItself() {
        monitor.execute("block-stream", "{\"device\":\"top\"}");
        jobs.finish("top");
        assertThat(monitor.execute("query-jobs").isEmpty()).isTrue();
        assertThat(events()).endsWith("concluded", "null");
    }

    @Test
    void mirrorsUntilItIsPivoted() {
        monitor.execute("blockdev-mirror", MIRROR);
        assertThatThrownBy(() -> monitor.execute("job-complete", "{\"id\":\"j\"}"))
                .hasMessageContaining("Job 'j' in state 'running' cannot accept command verb 'complete'");
        jobs.finish("j");
        assertThat(monitor.execute("query-block-jobs").at("/0/ready").asBoolean())
                .isTrue();
        monitor.execute("job-complete", "{\"id\":\"j\"}");
        assertThat(monitor.execute("query-jobs").at("/0/status").asText()).isEqualTo("concluded");
        assertThat(events())
                .containsExactly(
                        "created",
                        "running",
                        "ready",
                        "BLOCK_JOB_READY",
                        "waiting",
                        "pending",
                        "BLOCK_JOB_COMPLETED",
                        "concluded");
    }

    /** Cancel matrix, row READY: without force it ends well, with force it is cancelled. */
    @Test
    void tellsACancelFromAForcedOne() {
        // case 79
        for (boolean force : List.of(false, true)) {
            monitor.execute("blockdev-mirror", MIRROR);
            jobs.finish("j");
            monitor.execute("block-job-cancel", "{\"device\":\"j\",\"force\":" + force + "}");
            assertThat(monitor.execute("query-jobs").at("/0").has("error")).isEqualTo(force);
            monitor.execute("job-dismiss", "{\"id\":\"j\"}");
        }
        assertThat(events())
                .containsSubsequence("BLOCK_JOB_COMPLETED", "null", "aborting", "BLOCK_JOB_CANCELLED", "null");
    }

    @Test
    void waitsToBeFinalizedWhereAskedTo() {
        monitor.execute("block-stream", "{\"device\":\"top\",\"job-id\":\"j\",\"auto-finalize\":false}");
        jobs.finish("j");
        assertThat(jobs.status("j")).contains("pending");
        monitor.execute("job-finalize", "{\"id\":\"j\"}");
        assertThat(events())
                .containsExactly(
                        "created",
                        "running",
                        "waiting",
                        "pending",
                        "BLOCK_JOB_PENDING",
                        "BLOCK_JOB_COMPLETED",
                        "concluded",
                        "null");
    }

    @Test
    void refusesAsQemuDoes() {
        monitor.execute("block-stream", STREAM);
        assertThatThrownBy(() -> monitor.execute("block-stream", STREAM)).hasMessageContaining("already in use");
        assertThatThrownBy(() -> monitor.execute("job-pause", "{\"id\":\"x\"}")).hasMessageContaining("Job not found");
        assertThatThrownBy(() -> monitor.execute("block-job-set-speed", "{\"device\":\"x\",\"speed\":1}"))
                .hasMessageContaining("DeviceNotActive: Block job 'x' not found");
        assertThatThrownBy(() -> monitor.execute("job-resume", "{\"id\":\"j\"}"))
                .hasMessageContaining("Can't resume a job that was not paused");
        assertThatThrownBy(() -> jobs.finish("x")).isInstanceOf(IllegalStateException.class);
    }

    private List<String> events() {
        return told(monitor);
    }

    /** The status of each change of status, and the name of each other event. */
    static List<String> told(RawMonitor monitor) {
        return monitor.events().stream().map(FakeJobsTest::told).toList();
    }

    private static String told(JsonNode event) {
        return event.path("data").path("status").asText(event.path("event").asText());
    }
}
