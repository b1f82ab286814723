package io.github.qmp4j.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.testkit.QemuPlace;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema of a real QEMU. */
@QemuVersions
@Timeout(300)
class QmpSchemaTest {
    private static final String UNSTABLE = "x-debug-query-block-graph/$unstable";
    private static final Map<QemuPlace, Known> KNOWN = new HashMap<>();
    private Known known = new Known(QmpSchema.of(NullNode.getInstance()), false, "");
    private QmpSchema schema = known.schema();

    private record Known(QmpSchema schema, boolean flagsUnstable, String doesNotFlag) {
        static Known read(QemuPlace place) {
            // Its policy would keep QEMU from telling what is deprecated.
            try (RealQemu qemu =
                    RealQemu.builder().machine("none").allowDeprecated().start()) {
                return new Known(
                        QmpSchema.of(qemu.oracle().execute("query-qmp-schema")),
                        qemu.knows(UNSTABLE),
                        qemu.doesNotKnow(UNSTABLE));
            }
        }
    }

    @BeforeEach
    void readSchema() {
        known = KNOWN.computeIfAbsent(QemuPlace.current(), Known::read);
        schema = known.schema();
    }

    /** Case 63. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "block-commit",
                "block-commit/arg",
                "block-commit/arg/job-id",
                "block-commit/arg/*job-id",
                "block-commit/arg/device/!string",
                "block-commit/arg/speed/!int",
                "block-commit/arg/top/$deprecated",
                "block-stream/arg/on-error/^enospc",
                "blockdev-add/arg/driver/^qcow2",
                "blockdev-add/arg/+qcow2/backing/driver",
                "blockdev-add/arg/+qcow2/backing/!null",
                "blockdev-add/arg/+nbd/server/+unix/path",
                "blockdev-add/arg/+file/$dynamic-auto-read-only",
                "blockdev-snapshot/$allow-write-only-overlay",
                "query-block-jobs/ret/device",
                "BLOCK_JOB_ERROR/data/action/^stop",
            })
    void hasWhatQemuHas(String path) {
        assertThat(schema.has(path)).isTrue();
    }

    /** Case 63. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "no-such-command",
                "block-commit/",
                "block-commit/ret/device",
                "block-commit/arg/*device",
                "block-commit/arg/device/!int",
                "block-commit/arg/device/$deprecated",
                "block-commit/arg/top/$deprecated/more",
                "block-stream/arg/on-error/^sometimes",
                "block-stream/arg/on-error/enospc",
                "blockdev-add/arg/+no-such-driver",
                "BLOCK_JOB_ERROR/arg/action",
                "str",
            })
    void hasNotWhatQemuHasNot(String path) {
        assertThat(schema.has(path)).isFalse();
    }

    @Test
    void listsCommandsEventsAndFlags() {
        assertThat(schema.commands()).contains("block-commit", "job-dismiss").doesNotContain("BLOCK_JOB_READY", "str");
        assertThat(schema.events()).contains("BLOCK_JOB_READY", "JOB_STATUS_CHANGE");
        assertThat(schema.isDeprecated("nbd-server-add")).isTrue();
        assertThat(schema.isDeprecated("blockdev-backup")).isFalse();
        assertThat(schema.isUnstable("query-jobs")).isFalse();
    }

    @Test
    void flagsWhatIsUnstable() {
        assumeTrue(known.flagsUnstable(), known.doesNotFlag());
        assertThat(schema.isUnstable("x-debug-query-block-graph")).isTrue();
    }

    /** Case 64. */
    @Test
    void findsNothingWrongWithWhatQemuAccepts() {
        assertThat(problems(QmpCommand.of("query-status"))).isEmpty();
        assertThat(problems(QmpCommand.of("block-commit").with("device", "d").with("speed", 5)))
                .isEmpty();
        assertThat(problems(QmpCommand.of("blockdev-add")
                        .with("driver", "qcow2")
                        .with("node-name", "n")
                        .with("file", Map.of("driver", "file", "filename", "/a"))
                        .with("backing", NullNode.getInstance())))
                .isEmpty();
        assertThat(problems(QmpCommand.of("blockdev-add").with("driver", "raw").with("file", "other-node")))
                .isEmpty();
    }

    /** Case 64. */
    @Test
    void namesTheArgumentThatIsWrong() {
        assertThat(problems(QmpCommand.of("no-such"))).containsExactly("this QEMU has no command no-such");
        assertThat(problems(QmpCommand.of("block-commit").with("devise", "d")))
                .containsExactlyInAnyOrder(
                        "block-commit/device is missing", "block-commit/devise is unknown to this QEMU");
        assertThat(problems(QmpCommand.of("block-commit").with("device", 7)))
                .containsExactly("block-commit/device must be of type string, not 7");
        assertThat(problems(QmpCommand.of("block-commit").with("device", "d").with("on-error", "maybe")))
                .singleElement()
                .asString()
                .startsWith("block-commit/on-error must be one of ");
        assertThat(problems(QmpCommand.of("blockdev-add")
                        .with("driver", "qcow2")
                        .with("file", Map.of("driver", "file", "filename", 5))))
                .containsExactly("blockdev-add/file/filename must be of type string, not 5");
        assertThat(problems(QmpCommand.of("transaction").with("actions", List.of(Map.of("type", "abort")))))
                .containsExactly("transaction/actions/0/data is missing");
    }

    /** Case 64. */
    @Test
    void holdsTheMembersOfAVariantAgainstThatVariant() {
        QmpCommand<JsonNode> add = QmpCommand.of("blockdev-add").with("node-name", "n");
        assertThat(problems(add.with("file", "f"))).contains("blockdev-add/driver is missing");
        assertThat(problems(add.with("driver", "no-such-driver").with("file", "f")))
                .anySatisfy(problem -> assertThat(problem).startsWith("blockdev-add/driver must be one of "));
        assertThat(problems(add.with("driver", "file").with("filename", "/a").with("lazy-refcounts", true)))
                .containsExactly("blockdev-add/lazy-refcounts is unknown to this QEMU");
        assertThat(problems(add.with("driver", "qcow2").with("file", "f").with("lazy-refcounts", true)))
                .isEmpty();
        assertThat(problems(add.with("driver", "raw").with("file", 5)))
                .containsExactly("blockdev-add/file is of no type that QEMU takes there: 5");
    }

    private List<String> problems(QmpCommand<JsonNode> command) {
        return schema.problems(command);
    }

    @Test
    void tellsTheArgumentsOfACommand() {
        SchemaEntry stream = schema.at("block-stream").orElseThrow();
        assertThat(stream.type()).isEqualTo("command");
        assertThat(stream.returns()).isEmpty();
        assertThat(stream.members()).extracting(SchemaEntry.Member::name).contains("job-id", "device", "on-error");
        assertThat(member(stream, "device").optional()).isFalse();
        assertThat(member(stream, "device").type()).isEqualTo("string");
        assertThat(member(stream, "on-error").optional()).isTrue();
        assertThat(member(stream, "on-error").type()).isEqualTo("enum");
        assertThat(member(stream, "on-error").values()).contains("report", "ignore", "enospc", "stop");
        assertThat(member(schema.at("block-commit").orElseThrow(), "top").features())
                .contains("deprecated");
    }

    @Test
    void tellsWhatACommandReturnsAndWhatAnEventCarries() {
        assertThat(schema.at("query-block-jobs").orElseThrow().returns()).contains("[object]");
        SchemaEntry returned = schema.at("query-block-jobs/ret").orElseThrow();
        assertThat(returned.type()).isEqualTo("object");
        assertThat(returned.returns()).isEmpty();
        assertThat(member(returned, "io-status").values()).contains("nospace");
        SchemaEntry ready = schema.at("BLOCK_JOB_READY").orElseThrow();
        assertThat(ready.type()).isEqualTo("event");
        assertThat(ready.members()).extracting(SchemaEntry.Member::name).contains("len", "offset");
    }

    @Test
    void tellsWhichVariantsHaveFurtherMembers() {
        SchemaEntry add = schema.at("blockdev-add").orElseThrow();
        assertThat(add.tag()).contains("driver");
        assertThat(add.variants()).contains("qcow2", "nbd").isSorted();
        SchemaEntry qcow2 = schema.at("blockdev-add/arg/+qcow2").orElseThrow();
        assertThat(member(qcow2, "backing").type()).contains("object", "string", "null");
        assertThat(schema.at("transaction/arg/actions").orElseThrow().variants())
                .contains("blockdev-backup");
    }

    @Test
    void hasNothingToTellOfWhatIsNotThere() {
        assertThat(schema.at("no-such-command")).isEmpty();
        assertThat(schema.at("block-commit/arg/nothing")).isEmpty();
        assertThat(schema.at("block-commit/$deprecated")).isEmpty();
    }

    private static SchemaEntry.Member member(SchemaEntry entry, String name) {
        return entry.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
