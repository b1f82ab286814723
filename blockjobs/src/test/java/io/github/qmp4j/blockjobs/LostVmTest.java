package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A QEMU that ends, and a session that does: the job is unknown, never completed. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LostVmTest {
    private static final CommitRequest SLOW_COMMIT =
            CommitRequest.of("disk0").withSettings(JobSettings.defaults().withSpeed(1));

    @Test
    void isUnknownWhenQemuIsKilled() {
        // case 83
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(SLOW_COMMIT);
            CompletableFuture<JobOutcome> pivot = job.pivot();
            vm.qemu.kill();

            assertThat(job.outcome()).succeedsWithin(Duration.ofMinutes(2)).satisfies(outcome -> {
                assertThat(outcome.end()).isInstanceOf(End.Unknown.class);
                assertThat(outcome.head()).isEqualTo(Head.UNKNOWN);
            });
            assertThat(TestVm.get(pivot).end()).isInstanceOf(End.Unknown.class);
        }
    }

    /** Of each job, and of each thing that was asked of it. */
    @Test
    void leavesNoFutureOpenWhenQemuIsKilled() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        })) {
            BlockJob running = vm.start(SLOW_COMMIT);
            BlockJob held =
                    vm.start(CopyRequest.of("disk1", vm.path("copy.qcow2").toString(), "qcow2"));
            TestVm.get(held.ready());
            TestVm.get(held.pause());
            vm.qemu.freeze();
            List<CompletableFuture<?>> open = List.of(
                    running.ready(),
                    running.pivot(),
                    running.outcome(),
                    running.setSpeed(1),
                    held.outcome(),
                    held.pivot(),
                    held.cancel(),
                    held.resume(),
                    vm.jobs.list(),
                    vm.jobs.disks(),
                    vm.jobs.attach(new JobId("nobody")),
                    vm.jobs.start(PullRequest.of("disk0")),
                    running.onUpdate(info -> {}).ended());
            assertThat(open).noneMatch(CompletableFuture::isDone);
            vm.qemu.kill();

            assertThat(CompletableFuture.allOf(open.stream()
                            .map(future -> future.handle((value, failure) -> null))
                            .toArray(CompletableFuture[]::new)))
                    .succeedsWithin(Duration.ofMinutes(2));
            for (BlockJob job : List.of(running, held)) {
                assertThat(TestVm.get(job.outcome()).end()).isInstanceOf(End.Unknown.class);
                assertThat(TestVm.get(job.outcome()).head()).isEqualTo(Head.UNKNOWN);
            }
        }
    }

    @Test
    void isUnknownWhenTheSessionIsClosedAndTheJobGoesOn() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(SLOW_COMMIT);
            vm.client.close();

            assertThat(job.outcome())
                    .succeedsWithin(Duration.ofMinutes(2))
                    .satisfies(outcome -> assertThat(outcome.end()).isInstanceOf(End.Unknown.class));
            assertThat(vm.onlyJob().path("device").asText()).isEqualTo(job.id().value());
        }
    }

    @Test
    void isUnknownWhenTheWatchingIsClosedAndTheJobGoesOn() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(SLOW_COMMIT);
            vm.jobs.close();

            assertThat(TestVm.get(job.outcome()).end()).isInstanceOf(End.Unknown.class);
            assertThat(vm.onlyJob().path("device").asText()).isEqualTo(job.id().value());
        }
    }

    @Test
    void neverCompletesAReadyCopyWhenQemuQuits() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2"));
            TestVm.get(job.ready());
            vm.quit();

            assertThat(TestVm.get(job.outcome()).end()).isInstanceOfAny(End.Cancelled.class, End.Unknown.class);
        }
    }
}
