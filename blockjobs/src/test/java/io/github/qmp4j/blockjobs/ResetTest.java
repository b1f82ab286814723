package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A machine that is reset, stopped, continued and plugged into, again and again, while it has jobs. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ResetTest {
    private static final int EIO = 5;
    private static final int MANY = 20;

    /** QEMU waits for what is under way on a disk, so a job can end, or fail, in the midst of a reset. */
    @Test
    void tellsTheEndOfEachJobThatEndsInsideAReset() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.failing("base", null, "read_aio", EIO, false);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        })) {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> resets = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    vm.ask("system_reset");
                }
            });
            // Each reset wakes a job that its speed holds back, so only PENDING holds it until it is cancelled.
            JobSettings held = JobSettings.defaults().withSpeed(1).withManualFinalize(true);
            try {
                for (int i = 0; i < MANY; i++) {
                    JobOutcome failed = vm.run(PullRequest.of("disk0"));
                    assertThat(failed.end()).isEqualTo(new End.Failed("Input/output error"));
                    JobOutcome cancelled = TestVm.get(vm.start(CommitRequest.of("disk0")
                                    .withTop("snap2")
                                    .withBase("snap1")
                                    .withSettings(held))
                            .cancel());
                    assertThat(cancelled.end()).isInstanceOf(End.Cancelled.class);
                }
            } finally {
                over.set(true);
                TestVm.get(resets);
            }
            assertThat(vm.liveChain()).hasSize(4);
            vm.assertNoJobsLeft();
        }
    }

    /** The guest's disk is drained each time, and the job with it. */
    @Test
    void showsNoneOfThePausesThatQemuMakesForItself() {
        try (TestVm vm = TestVm.start(Nodes::plainChain, builder -> builder.machine("pc"))) {
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2"));
            List<JobStatus> shown = new CopyOnWriteArrayList<>();
            job.onUpdate(info -> shown.add(info.status()));
            TestVm.get(job.ready());
            shake(vm, job.id().value());
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(shown).doesNotContain(JobStatus.PAUSED, JobStatus.STANDBY, JobStatus.PAUSED_ON_ERROR);
            if (!Release.of(vm.qemu).isBefore(Release.V7_2)) {
                assertThat(told(vm)).as("what QEMU told").contains("standby");
            }
            vm.assertNoJobsLeft();
        }
    }

    private static void shake(TestVm vm, String job) {
        Consumer<String> quietly = command -> assertThat(vm.ask(command)).isEmpty();
        for (int i = 0; i < 3; i++) {
            quietly.accept("cont");
            quietly.accept("stop");
            quietly.accept("system_reset");
        }
        vm.ask("blockdev-add", "{\"driver\":\"null-co\",\"node-name\":\"more\"}");
        vm.ask("device_add", "{\"driver\":\"virtio-blk-pci\",\"id\":\"more\",\"drive\":\"more\"}");
        vm.ask("block-job-set-speed", "{\"device\":\"%s\",\"speed\":0}".formatted(job));
    }

    private static List<String> told(TestVm vm) {
        return vm.qemu.oracle().events().stream()
                .map(event -> event.path("data").path("status").asText())
                .toList();
    }
}
