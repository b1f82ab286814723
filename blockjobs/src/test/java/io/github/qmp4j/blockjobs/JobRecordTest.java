package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.blockjobs.record.RecordWriter;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written down can be read back, by this version and by later ones. */
class JobRecordTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static JobRecord again(JobRecord record) throws Exception {
        return JobRecord.of(MAPPER.readTree(MAPPER.writeValueAsString(record.json())));
    }

    static Stream<BlockJobRequest> requests() {
        return Records.REQUESTS.stream();
    }

    static Stream<JobOutcome.End> ends() {
        return Stream.of(
                new JobOutcome.End.Completed(),
                new JobOutcome.End.Cancelled(),
                new JobOutcome.End.Failed("No space left on device"),
                new JobOutcome.End.Unknown("nobody saw it"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void readsBackEveryRequest(BlockJobRequest request) throws Exception {
        JobRecord record = Records.intent("vm/größe", request);
        assertThat(again(record)).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("ends")
    void readsBackEveryStepAndOutcome(JobOutcome.End end) throws Exception {
        Instant later = Records.NOON.plusSeconds(1);
        for (JobRecord.Verb verb : JobRecord.Verb.values()) {
            for (JobRecord.Step step : JobRecord.Step.values()) {
                JobRecord record = Records.intent("k", CommitRequest.of("disk0"))
                        .ending(verb, later)
                        .concluded(new JobRecord.Told(end, JobProgress.NONE), later)
                        .at(step, Records.outcome(end), later);
                assertThat(again(record)).isEqualTo(record);
                assertThat(record.asked()).hasValue(verb);
                assertThat(record.step()).isEqualTo(step);
            }
        }
    }

    /** A record of an older version lacks what has been added since, and has it as requests have it by default. */
    @Test
    void hasTheDefaultsForWhatAnOlderVersionDidNotKnow() {
        for (BlockJobRequest request : List.of(
                PullRequest.of("disk0"), CommitRequest.of("disk0"), CopyRequest.of("disk0", "/vm/new.raw", "raw"))) {
            ObjectNode json = Records.intent("k", request).json().deepCopy();
            json.withObject("/request").retain("type", "disk", "target");
            assertThat(JobRecord.of(json).request()).isEqualTo(request);
        }
        ObjectNode json = Records.intent("k", Records.REQUESTS.get(0)).json().deepCopy();
        json.withObject("/request/settings").removeAll();
        assertThat(JobRecord.of(json).request().settings()).isEqualTo(JobSettings.defaults());
    }

    @Test
    void saysWhatItCannotHold() {
        assertThatThrownBy(() -> RecordWriter.write(new Object()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no store can hold a java.lang.Object");
    }

    @Test
    void knowsTheChainThatIsToComeOut() {
        JobRecord record = Records.intent("k", CommitRequest.of("disk0").withShallow(true));
        assertThat(record.predicted().nodes().stream().map(BlockNode::label)).containsExactly("snap", "base");
        assertThat(record.jobId()).isEqualTo(JobKey.of("k").jobId());
        assertThatThrownBy(() -> Records.intent("k", CommitRequest.of("disk0").withBase("none")))
                .isInstanceOf(BlockChainException.class);
    }

    /** What a later version has added does not keep this one from reading the rest. */
    @Test
    void passesOverMembersThatItDoesNotKnow() {
        JobRecord record = Records.intent("k", Records.REQUESTS.get(0));
        ObjectNode json = record.json().deepCopy();
        json.putObject("added").put("later", true);
        json.withObject("/request").put("added", 1);
        json.withObject("/request/settings").putNull("added");
        json.withObject("/qemu").put("added", "x");
        ((ObjectNode) json.at("/disk/chain/nodes/0")).put("added", "x");
        assertThat(JobRecord.of(json)).isEqualTo(record);
    }

    @Test
    void refusesANewerFormat() {
        ObjectNode json = Records.intent("k", PullRequest.of("disk0")).json().deepCopy();
        json.put("format", 2);
        assertThatThrownBy(() -> JobRecord.of(json))
                .isInstanceOf(JobStoreException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("use the newer version");
    }

    /** Written by the first version; whatever is added, it must be readable for ever. */
    @Test
    void readsWhatTheFirstVersionWrote() throws Exception {
        JobRecord record;
        try (InputStream written = getClass().getResourceAsStream("first-record.json")) {
            record = JobRecord.of(MAPPER.readTree(written));
        }
        assertThat(record.key()).isEqualTo(JobKey.of("vm-17/disk0/flatten"));
        assertThat(record.jobId().value()).isEqualTo("key-_disk0_flatten-7fgo74wykz96");
        assertThat(record.step()).isEqualTo(JobRecord.Step.ENDING);
        assertThat(record.asked()).hasValue(JobRecord.Verb.PIVOT);
        assertThat(record.request()).isEqualTo(CommitRequest.of("disk0").withBase("base"));
        assertThat(record.qemu().marker()).isPresent();
        assertThat(record.disk().chain().nodes()).hasSize(2);
        assertThat(record.predicted().activeLayer().label()).isEqualTo("base");
        assertThat(record.told()).isEqualTo(Optional.empty());
        assertThat(record.outcome()).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"format\":1}",
                "{\"format\":\"1\"}",
                "{\"format\":1,\"key\":\"k\"}",
                "{\"format\":1,\"key\":{\"text\":\"\"}}",
                "{\"format\":1,\"key\":{\"text\":\"k\"},\"jobId\":{\"value\":\"1\"}}",
                "{\"format\":1,\"key\":{\"text\":\"k\"},\"jobId\":{\"value\":\"k\"},\"step\":\"later\"}",
                "{\"format\":1,\"key\":{\"text\":\"k\"},\"jobId\":{\"value\":\"k\"},\"step\":\"intent\",\"time\":\"noon\"}",
                "{\"format\":1.5e300}"
            })
    void saysWhatIsWrongWithARecord(String json) throws Exception {
        JsonNode node = MAPPER.readTree(json);
        assertThatThrownBy(() -> JobRecord.of(node))
                .isInstanceOf(JobStoreException.class)
                .hasMessageContaining("record of a job");
    }
}
