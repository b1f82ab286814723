package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.J;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.RecordedSchema;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What would kill a QEMU whose disk is exported and in use is not started; {@link GuestWritesTest} has it with real writers. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ExportedDiskTest {
    private static final CopyRequest COPY =
            CopyRequest.of("disk0", "/images/copy.qcow2", "qcow2").withSettings(J);

    private static ScriptedVm exporting(String node, RecordedSchema schema, boolean quiet) {
        BlockJobOptions options = BlockJobOptions.defaults().withIdleExports(quiet);
        // The library reads a schema once for all QEMUs of these commands.
        return ScriptedVm.start(QmpOptions.defaults(), options)
                .on("query-commands", Outgoing.reply("[\"" + schema + "\"]"))
                .on("query-qmp-schema", Outgoing.reply(schema.json()))
                .on(
                        "query-block-exports",
                        Outgoing.reply("[{\"id\":\"e\",\"type\":\"nbd\",\"node-name\":\"%s\"}]".formatted(node)));
    }

    static Stream<BlockJobRequest> deadly() {
        return Stream.of(
                COPY,
                COPY.withEngine(CopyEngine.BLOCKDEV_MIRROR),
                CommitRequest.of("disk0").withSettings(J));
    }

    @ParameterizedTest
    @MethodSource("deadly")
    void refusesWhatPutsAFilterUnderAnExport(BlockJobRequest request) {
        try (ScriptedVm vm = exporting("active", RecordedSchema.V5_2, false)) {
            assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("cannot be started on active while it is exported (e)")
                    .hasMessageContaining("remove the export")
                    .hasMessageContaining("withIdleExports");
            assertThat(ScriptedVm.failure(vm.jobs.preview(request))).hasMessageContaining("exported (e)");
            assertThat(List.of("drive-mirror", "blockdev-mirror", "block-commit", "blockdev-create"))
                    .allSatisfy(command -> assertThat(vm.count(command)).isZero());
        }
    }

    @ParameterizedTest
    @EnumSource
    void startsItWhereNoRequestCanCome(RecordedSchema schema) {
        boolean survives = schema != RecordedSchema.V5_2;
        try (ScriptedVm vm = exporting("active", schema, !survives)) {
            vm.start(COPY);
        }
        // What is below does not go through the filter.
        try (ScriptedVm vm = exporting("mid", schema, false)) {
            vm.start(COPY);
        }
    }

    @ParameterizedTest
    @EnumSource
    void startsWhatPutsNothingThere(RecordedSchema schema) {
        try (ScriptedVm vm = exporting("active", schema, false)) {
            vm.start(PullRequest.of("disk0").withSettings(J));
        }
        try (ScriptedVm vm = exporting("active", schema, false)) {
            vm.start(CommitRequest.of("disk0").withTop("mid").withSettings(J));
        }
    }
}
