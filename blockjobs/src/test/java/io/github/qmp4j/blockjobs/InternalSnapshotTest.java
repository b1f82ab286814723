package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Another client saves and loads the machine while a job moves data. QEMU undoes then what the job has moved, and the job, which goes on
 * and reports success, would drop the images that still hold it.
 */
@QemuVersions
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class InternalSnapshotTest {
    /** The two kinds of jobs that QEMU survives this beside. */
    enum Kind {
        PULL,
        COMMIT;

        BlockJobRequest request(JobSettings settings) {
            return this == PULL
                    ? PullRequest.of("disk0").withSettings(settings)
                    : CommitRequest.of("disk0")
                            .withTop("snap2")
                            .withBase("base")
                            .withSettings(settings);
        }
    }

    private static TestVm start() {
        return TestVm.start(nodes -> {
            nodes.readOnly("base", null);
            nodes.readOnly("snap1", "base");
            nodes.readOnly("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        });
    }

    private static String human(TestVm vm, String line) {
        return vm.ask("human-monitor-command", "{\"command-line\":\"" + line + "\"}")
                .asText();
    }

    @ParameterizedTest
    @EnumSource
    void finalizesNoJobBesideWhichTheMachineWasSavedAndLoaded(Kind kind) {
        try (TestVm vm = start()) {
            BlockJob job = vm.start(kind.request(JobSettings.defaults().withManualFinalize(true)));
            await().until(() -> job.info().status() == JobStatus.PENDING);
            assertThat(human(vm, "savevm s0")).isEmpty();
            assertThat(human(vm, "loadvm s0")).isEmpty();
            TestVm.get(job.finalizeJob().exceptionally(refused -> null));
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.end()).isInstanceOfSatisfying(End.Failed.class, failed -> assertThat(failed.error())
                    .containsAnyOf("the internal snapshot s0 was made in", "was migrated or saved")
                    .contains("cancelled instead of finalized"));
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** It is none of the machine, and would lose what it stands on. */
    @Test
    void finalizesNoPullIntoAnImageInWhichASnapshotWasMadeMeanwhile() {
        try (TestVm vm = start()) {
            BlockJob job = vm.start(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withManualFinalize(true)));
            await().until(() -> job.info().status() == JobStatus.PENDING);
            try {
                vm.ask("blockdev-snapshot-internal-sync", "{\"device\":\"active\",\"name\":\"s1\"}");
            } catch (QmpErrorException refused) {
                // QEMU may not let anybody make one beside a job.
                assertThat(TestVm.get(job.finalizeJob()).completed()).isTrue();
                return;
            }
            assertThat(TestVm.get(job.finalizeJob()).end())
                    .isInstanceOfSatisfying(End.Failed.class, failed -> assertThat(failed.error())
                            .contains("the internal snapshot s1 was made in active"));
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** Loaded once the snapshot has nothing below it any more, the guest would read zeroes. */
    @Test
    void refusesAPullIntoAnImageThatHoldsInternalSnapshots() {
        try (TestVm vm = start()) {
            assertThat(human(vm, "savevm s0")).isEmpty();
            assertThat(ScriptedVm.failure(vm.jobs.start(PullRequest.of("disk0"))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("active holds internal snapshots (s0)")
                    .hasMessageContaining("delete them first");
            assertThat(human(vm, "delvm s0")).isEmpty();
            assertThat(vm.run(PullRequest.of("disk0")).completed()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** What a snapshot reads does not change when data of the layers in between goes into the base. */
    @Test
    void commitsBelowAnImageThatHoldsInternalSnapshotsAndIntoOneThatHasOlderOnes() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.images().snapshot(Path.of(nodes.path("base")), "older");
            nodes.readOnly("base", null);
            nodes.readOnly("snap1", "base");
            nodes.readOnly("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        })) {
            assertThat(human(vm, "savevm s0")).isEmpty();
            assertThat(vm.run(CommitRequest.of("disk0").withTop("snap2").withBase("base"))
                            .completed())
                    .isTrue();
            assertThat(human(vm, "loadvm s0")).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
