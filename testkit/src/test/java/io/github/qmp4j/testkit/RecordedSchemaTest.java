package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@QemuVersions
@Timeout(300)
class RecordedSchemaTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @ParameterizedTest
    @EnumSource
    void takesWhatEveryQemuTakes(RecordedSchema schema) {
        assertThat(problems(schema, "query-block", "{}")).isEmpty();
        assertThat(problems(schema, "block-stream", "{\"device\":\"d\",\"job-id\":\"j\",\"speed\":1}"))
                .isEmpty();
        assertThat(
                        problems(
                                schema,
                                "blockdev-add",
                                "{\"driver\":\"qcow2\",\"node-name\":\"n\",\"file\":{\"driver\":\"file\",\"filename\":\"/x\"}}"))
                .isEmpty();
        assertThat(problems(schema, "blockdev-add", "{\"driver\":\"raw\",\"file\":\"a-node\"}"))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void namesWhatQemuWouldRefuse(RecordedSchema schema) {
        assertThat(problems(schema, "query-blok", "{}"))
                .singleElement()
                .asString()
                .contains("no command query-blok");
        assertThat(problems(schema, "block-stream", "{\"device\":\"d\",\"sped\":1}"))
                .singleElement()
                .asString()
                .contains("block-stream/sped is unknown");
        assertThat(problems(schema, "block-stream", "{}"))
                .singleElement()
                .asString()
                .contains("block-stream/device is missing");
        assertThat(problems(schema, "block-stream", "{\"device\":1}"))
                .singleElement()
                .asString()
                .contains("must be of type string");
        assertThat(problems(schema, "block-stream", "{\"device\":\"d\",\"on-error\":\"retry\"}"))
                .singleElement()
                .asString()
                .contains("block-stream/on-error must be one of [auto, enospc, ignore, report, stop]");
        assertThat(problems(
                        schema, "blockdev-add", "{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"nam\":\"/x\"}}"))
                .anySatisfy(problem -> assertThat(problem).contains("blockdev-add/file/nam is unknown"));
    }

    /** What a release has not yet, has no more, or flags. */
    @Test
    void tellsTheReleasesApart() {
        String mask = "{\"device\":\"d\",\"backing-mask-protocol\":true}";
        assertThat(problems(RecordedSchema.V7_2, "block-stream", mask)).hasSize(1);
        assertThat(problems(RecordedSchema.V10_0, "block-stream", mask)).isEmpty();
        assertThat(problems(RecordedSchema.V5_2, "block-commit", "{\"device\":\"d\",\"top\":\"/x\"}"))
                .singleElement()
                .asString()
                .contains("QEMU 5.2: block-commit/top is deprecated");
        assertThat(problems(RecordedSchema.V5_2, "block-stream", "{\"device\":\"d\",\"bottom\":\"n\"}"))
                .hasSize(1);
        assertThat(problems(RecordedSchema.V7_2, "block-stream", "{\"device\":\"d\",\"bottom\":\"n\"}"))
                .isEmpty();
        assertThat(problems(RecordedSchema.V11_1, "block-job-pause", "{\"device\":\"d\"}"))
                .singleElement()
                .asString()
                .contains("block-job-pause is deprecated");
    }

    @Test
    void isWhatTheQemuOfThisMachineSaysIfItIsOfThatRelease() {
        try (RealQemu qemu =
                RealQemu.builder().machine("none").allowDeprecated().start()) {
            JsonNode version = qemu.oracle().greeting().at("/QMP/version/qemu");
            String release = "%s.%s.%s".formatted(version.path("major"), version.path("minor"), version.path("micro"));
            Map<String, RecordedSchema> recorded = Map.of(
                    "5.2.0", RecordedSchema.V5_2,
                    "7.2.22", RecordedSchema.V7_2,
                    "10.0.13", RecordedSchema.V10_0,
                    "11.1.3", RecordedSchema.V11_1);
            RecordedSchema schema = recorded.get(release);
            assumeTrue(schema != null, "the schema of QEMU " + release + " was not recorded");
            assertThat(qemu.oracle().execute("query-qmp-schema")).isEqualTo(Json.parse(schema.json()));
        }
    }

    @Test
    void reportsWhatAClientSendsAgainstTheSchema() {
        // case 60
        try (FakeQemu fake = FakeQemu.responding()
                        .checkedAgainst(RecordedSchema.V7_2)
                        .otherwise(command -> List.of(Outgoing.reply()))
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            monitor.execute("query-jobs");
            fake.verify();
            monitor.execute("job-pause", "{\"device\":\"j\"}");
            assertThatThrownBy(fake::verify)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("QEMU 7.2: job-pause/id is missing")
                    .hasMessageContaining("QEMU 7.2: job-pause/device is unknown");
        }
    }

    @Test
    void knowsWhatMayBeExecutedOutOfBand() {
        assertThat(RecordedSchema.V7_2.problems(oob("migrate-pause"))).isEmpty();
        assertThat(RecordedSchema.V7_2.problems(oob("query-jobs")))
                .containsExactly("QEMU 7.2: query-jobs cannot be executed out-of-band");
    }

    private static ReceivedCommand oob(String name) {
        return new ReceivedCommand(name, Json.object(), null, true);
    }

    private static List<String> problems(RecordedSchema schema, String command, String arguments) {
        return schema.problems(command, Json.parse(arguments));
    }
}
