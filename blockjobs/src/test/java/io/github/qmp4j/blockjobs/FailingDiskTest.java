package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Disks that fail (blkdebug): the error is told, and the data is where it was. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FailingDiskTest {
    private static final int EIO = 5;
    private static final int ENOSPC = 28;

    private static TestVm withFailingBase(String event, int errno, boolean once) {
        return TestVm.start(nodes -> {
            nodes.failing("base", null, event, errno, once);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        });
    }

    private static JobSettings on(ErrorPolicy policy) {
        return JobSettings.defaults().withOnError(policy);
    }

    private static void assertPausedOnError(TestVm vm, BlockJob job, String ioStatus) {
        await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED_ON_ERROR));
        assertThat(vm.onlyJob().path("io-status").asText()).isEqualTo(ioStatus);
        assertThat(job.info().error())
                .hasValueSatisfying(cause -> assertThat(cause).contains(ioStatus));
        assertThat(job.info().ioErrors()).isPositive();
        assertThat(job.outcome()).isNotDone();
    }

    @Test
    void failsAPullOnAReadError() {
        try (TestVm vm = withFailingBase("read_aio", EIO, false)) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));

            assertThat(outcome.end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(outcome.released()).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void failsAnActiveCommitOnAWriteErrorOfItsBase() {
        // cases 38, 85
        try (TestVm vm = withFailingBase("write_aio", EIO, false)) {
            JobOutcome outcome = TestVm.get(vm.start(CommitRequest.of("disk0")).pivot());

            assertThat(outcome.end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void failsAnIntermediateCommitOnAReadError() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.failing("snap2", "snap1", "read_aio", EIO, false);
            nodes.qcow2("active", "snap2");
        })) {
            JobOutcome outcome =
                    vm.run(CommitRequest.of("disk0").withTop("snap2").withBase("base"));

            assertThat(outcome.end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(vm.liveChain()).hasSize(4);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void failsACopyOnAReadErrorAndNamesTheIncompleteFile() {
        // case 38
        try (TestVm vm = withFailingBase("read_aio", EIO, false)) {
            String target = vm.path("copy.qcow2").toString();
            JobOutcome outcome = TestVm.get(
                    vm.start(CopyRequest.of("disk0", target, "qcow2")).pivot());

            assertThat(outcome.end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.leftovers()).extracting(Leftover::name).containsExactly(target);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void showsAJobThatAnErrorHasStoppedAndCompletesItWhenResumed() {
        try (TestVm vm = withFailingBase("read_aio", EIO, true)) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(on(ErrorPolicy.STOP)));
            List<JobStatus> seen = new CopyOnWriteArrayList<>();
            job.onUpdate(info -> seen.add(info.status()));
            assertPausedOnError(vm, job, "failed");
            await().untilAsserted(() -> assertThat(seen).contains(JobStatus.PAUSED_ON_ERROR));
            TestVm.get(job.resume());

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertThat(vm.liveChain()).containsExactly("active.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void tellsThatThereIsNoSpaceLeftAndGoesOnWhenThereIs() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.failing("active", "snap2", "write_aio", ENOSPC, true);
        })) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(on(ErrorPolicy.ENOSPC)));
            assertPausedOnError(vm, job, "nospace");
            TestVm.get(job.resume());

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The library starts none where QEMU would not survive it, see {@link ReadyErrorTest}. */
    @Test
    void tellsTheSameOfAnActiveCommitAndPivotsWhenThereIsSpace() {
        try (TestVm vm = withFailingBase("write_aio", ENOSPC, true)) {
            vm.assumeKnows("blockdev-add/arg/driver/^copy-before-write");
            BlockJob job = vm.start(CommitRequest.of("disk0").withSettings(on(ErrorPolicy.ENOSPC)));
            assertPausedOnError(vm, job, "nospace");
            TestVm.get(job.resume());

            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    /** {@link ReadyErrorTest} has it after READY. */
    @Test
    void cancelsAJobThatAnErrorHasStopped() {
        try (TestVm vm = withFailingBase("read_aio", EIO, false)) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(on(ErrorPolicy.STOP)));
            assertPausedOnError(vm, job, "failed");

            assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
