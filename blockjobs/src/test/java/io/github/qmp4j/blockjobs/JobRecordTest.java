package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
                        .at(step, Records.outcome(end), later);
                assertThat(again(record)).isEqualTo(record);
                assertThat(record.asked()).hasValue(verb);
                assertThat(record.step()).isEqualTo(step);
            }
        }
    }

    /** Whoever gives a record one component more is told here that it is to be written down too. */
    @Test
    void writesEveryComponentOfWhatItHolds() {
        JobRecord record = Records.intent("k", CommitRequest.of("disk0"))
                .ending(JobRecord.Verb.PIVOT, Records.NOON)
                .at(JobRecord.Step.CONCLUDED, Records.outcome(new JobOutcome.End.Completed()), Records.NOON);
        JsonNode json = record.json();
        complete(JobRecord.class, json, "jobId", "job");
        complete(QemuInstance.class, json.get("qemu"));
        complete(Disk.class, json.get("disk"));
        complete(BlockNode.class, json.at("/disk/chain/0"));
        complete(JobOutcome.class, json.get("outcome"));
        complete(JobProgress.class, json.at("/outcome/progress"));
        complete(Leftover.class, json.at("/outcome/leftovers/0"));
        complete(JobSettings.class, RequestJson.write(Records.REQUESTS.get(0)).get("settings"));
        for (Class<?> type : BlockJobRequest.class.getPermittedSubclasses()) {
            Set<String> written = new HashSet<>();
            Records.REQUESTS.stream()
                    .filter(type::isInstance)
                    .forEach(request -> RequestJson.write(request).fieldNames().forEachRemaining(written::add));
            assertThat(written).as("%s", type).containsAll(components(type));
        }
    }

    private static void complete(Class<?> type, JsonNode json, String... otherNames) {
        Set<String> written = new HashSet<>(List.of(otherNames));
        json.fieldNames().forEachRemaining(written::add);
        assertThat(written).as("%s", type).containsAll(components(type));
    }

    private static List<String> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    @Test
    void knowsTheChainThatIsToComeOut() {
        JobRecord record = Records.intent("k", CommitRequest.of("disk0").intoBackingNode());
        assertThat(record.predicted().nodes().stream().map(BlockNode::label)).containsExactly("snap", "base");
        assertThat(record.jobId()).isEqualTo(JobKey.of("k").jobId());
        assertThatThrownBy(() -> Records.intent("k", CommitRequest.of("disk0").base("none")))
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
        ((ObjectNode) json.at("/disk/chain/0")).put("added", "x");
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
        assertThat(record.request()).isEqualTo(CommitRequest.of("disk0").base("base"));
        assertThat(record.qemu().marker()).isPresent();
        assertThat(record.disk().chain().nodes()).hasSize(2);
        assertThat(record.predicted().activeLayer().label()).isEqualTo("base");
        assertThat(record.outcome()).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{}",
                "{\"format\":1}",
                "{\"format\":\"1\"}",
                "{\"format\":1,\"key\":\"\"}",
                "{\"format\":1,\"key\":\"k\",\"job\":\"1\"}",
                "{\"format\":1,\"key\":\"k\",\"job\":\"k\",\"step\":\"later\"}",
                "{\"format\":1,\"key\":\"k\",\"job\":\"k\",\"step\":\"intent\",\"time\":\"noon\"}",
                "{\"format\":1.5e300}"
            })
    void saysWhatIsWrongWithARecord(String json) throws Exception {
        JsonNode node = MAPPER.readTree(json);
        assertThatThrownBy(() -> JobRecord.of(node))
                .isInstanceOf(JobStoreException.class)
                .hasMessageContaining("record of a job");
    }
}
