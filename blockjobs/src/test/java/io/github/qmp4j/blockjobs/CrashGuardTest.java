package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.RecordedSchema;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which verbs are kept from somebody else's job, by the schema of a QEMU; {@link ReadyErrorTest} shows why. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CrashGuardTest {
    private static final Duration SOON = Duration.ofMinutes(3);

    /** With a micro version that no other test has, since the schema of each version is kept. */
    private static ScriptedVm with(RecordedSchema schema, String type, boolean ready, int offset, String ioStatus) {
        ScriptedVm vm = ScriptedVm.ofVersion(6, List.of(RecordedSchema.values()).indexOf(schema), 99);
        vm.on("query-qmp-schema", Outgoing.reply(schema.json()));
        vm.on("query-block-jobs", Outgoing.reply("""
                [{"device":"j","type":"%s","ready":%s,"offset":%d,"len":8,"speed":0,"io-status":"%s"}]""".formatted(type, ready, offset, ioStatus)));
        vm.job(type, ready ? "standby" : "paused");
        return vm;
    }

    private static BlockJob attached(ScriptedVm vm) {
        return TestVm.get(vm.jobs.attach(new JobId("j"))).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "V5_2, mirror, true, 4, failed, false", "V5_2, commit, true, 8, nospace, false",
        "V5_2, mirror, false, 4, failed, true", "V5_2, mirror, true, 8, ok, true",
        "V5_2, stream, true, 4, failed, true", "V7_2, mirror, true, 8, failed, true",
        "V10_0, commit, true, 8, failed, true", "V11_1, mirror, true, 8, failed, true"
    })
    void resumesOnlyWhatQemuSurvives(
            RecordedSchema schema, String type, boolean ready, int offset, String ioStatus, boolean resumes) {
        try (ScriptedVm vm = with(schema, type, ready, offset, ioStatus)) {
            if (resumes) {
                TestVm.get(attached(vm).resume());
            } else {
                assertThat(ScriptedVm.failure(attached(vm).resume()))
                        .isInstanceOf(BlockJobException.class)
                        .hasMessageContaining("job j, and resuming it could kill this QEMU");
            }
            assertThat(vm.count("job-resume")).isEqualTo(resumes ? 1 : 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "V5_2, mirror, true, 8, failed, false", "V5_2, commit, false, 8, failed, false",
        "V5_2, mirror, true, 4, failed, true", "V5_2, mirror, true, 8, ok, true",
        "V5_2, backup, false, 8, failed, true", "V7_2, mirror, true, 8, failed, true",
        "V10_0, commit, true, 8, failed, true", "V11_1, mirror, true, 8, failed, true"
    })
    void cancelsOnlyWhatQemuSurvives(
            RecordedSchema schema, String type, boolean ready, int offset, String ioStatus, boolean cancels) {
        try (ScriptedVm vm = with(schema, type, ready, offset, ioStatus)) {
            if (cancels) {
                attached(vm).cancel();
                vm.qemu.awaitReceived("job-cancel", 1, SOON);
            } else {
                assertThat(ScriptedVm.failure(attached(vm).cancel()))
                        .isInstanceOf(BlockJobException.class)
                        .hasMessageContaining("job j, and cancelling it could kill this QEMU");
                assertThat(vm.count("job-cancel")).isZero();
            }
        }
    }

    /** QEMU would refuse to end a paused job, so there is no use in asking it again and again. */
    @Test
    void doesNotTryToFinishWhatItMustNotResume() {
        try (ScriptedVm vm = with(RecordedSchema.V5_2, "mirror", true, 4, "failed")) {
            BlockJob job = attached(vm);
            TestVm.get(job.ready());
            TestVm.get(job.pause());
            assertThat(ScriptedVm.failure(job.finishWithoutPivot()))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining("resuming it could kill this QEMU");
            assertThat(vm.count("block-job-cancel")).isZero();
        }
    }
}
