package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Another client migrates the guest, and QEMU gives its images up at the end of that, until the guest goes on. */
@QemuVersions
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MigrationTest {
    private static final int MOVED_MEANWHILE = 1 << 20;

    private static TestVm start() {
        return TestVm.start(nodes -> {
            nodes.readOnly("base", null);
            nodes.readOnly("snap1", "base");
            nodes.readOnly("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        });
    }

    /** To a file, so that no other QEMU is needed. */
    private static void migrate(TestVm vm) {
        vm.ask("migrate", "{\"uri\":\"exec:cat >/dev/null\"}");
        await().until(() -> vm.ask("query-migrate").path("status").asText(), status -> List.of("completed", "failed")
                .contains(status));
    }

    private static long offset(TestVm vm) {
        return vm.onlyJob().path("offset").asLong();
    }

    /** QEMU goes on with a pull meanwhile, and from 7.2 on it counts as moved what it cannot write. */
    @Test
    void finalizesNoPullThatRanBesideAMigration() {
        try (TestVm vm = start()) {
            BlockJob job = vm.start(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withSpeed(8 * TestVm.MIB)));
            migrate(vm);
            long then = offset(vm);
            await().until(() -> offset(vm) > then + MOVED_MEANWHILE);
            vm.ask("cont");
            TestVm.get(job.setSpeed(0));
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.end()).isInstanceOfSatisfying(End.Failed.class, failed -> assertThat(failed.error())
                    .contains(
                            "the guest was migrated or saved while the job ran",
                            "qemu-img check",
                            "cancelled instead of finalized"));
            vm.assertNoJobsLeft();
            // QEMU 10.0 writes on meanwhile, and has left clusters there with two references.
            vm.assertSameData(vm.image("active"));
        }
    }

    /** QEMU refuses the job itself, but would not survive the proof that its header can be written. */
    @ParameterizedTest
    @ValueSource(strings = {"pull", "commit", "active commit", "copy"})
    void startsNoJobOnADiskThatHasBeenMigratedAway(String kind) {
        try (TestVm vm = start()) {
            migrate(vm);
            BlockJobRequest request =
                    switch (kind) {
                        case "pull" -> PullRequest.of("disk0").withBase("base");
                        case "commit" ->
                            CommitRequest.of("disk0").withTop("snap2").withBase("base");
                        case "active commit" -> CommitRequest.of("disk0");
                        default -> CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2");
                    };
            assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining("has been (postmigrate)")
                    .hasMessageContaining("send cont first");
            assertThat(vm.path("copy.qcow2")).doesNotExist();
            vm.assertNoJobsLeft();

            vm.ask("cont");
            assertThat(vm.run(PullRequest.of("disk0")).completed()).isTrue();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The end in PENDING would kill QEMU. */
    @ParameterizedTest
    @EnumSource(InternalSnapshotTest.Kind.class)
    void finalizesNoJobWhoseDiskHasBeenMigratedAwayInPending(InternalSnapshotTest.Kind kind) {
        try (TestVm vm = start()) {
            BlockJob job = vm.start(kind.request(JobSettings.defaults().withManualFinalize(true)));
            await().until(() -> job.info().status() == JobStatus.PENDING);
            migrate(vm);
            TestVm.get(job.finalizeJob());
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.end()).isInstanceOf(End.Failed.class);
            assertThat(outcome.released()).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The guest is elsewhere by then. */
    @Test
    void pivotsNoDiskThatHasBeenMigratedAway() {
        try (TestVm vm = start()) {
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2"));
            TestVm.get(job.ready());
            migrate(vm);
            boolean isAway = vm.ask("query-status").path("status").asText().equals("postmigrate");
            if (isAway) {
                assertThat(ScriptedVm.failure(job.pivot())).hasMessageContaining("has been (postmigrate)");
                assertThat(vm.activeFile()).endsWith("active.qcow2");
                vm.ask("cont");
            }
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }
}
