package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.J;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stall time-out and a deadline say that it is in doubt whether a job ends; they do nothing to it. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StallWatchTest {
    private static final Duration SHORT = Duration.ofMillis(400);

    /** QEMU is asked several times before a job has stalled. */
    private static final BlockJobOptions OFTEN = BlockJobOptions.defaults().withProgressInterval(SHORT.dividedBy(4));

    private static final JobSettings STALLS_SOON = JobSettings.defaults().withStallTimeout(SHORT);

    /** After its first piece such a job moves nothing for longer than any test takes. */
    private static final JobSettings HELD_UP = STALLS_SOON.withSpeed(1);

    private static BlockJob start(BlockJobs jobs, BlockJobRequest request) {
        return TestVm.get(jobs.start(request));
    }

    private static void awaitDoubt(BlockJob job, Doubt doubt) {
        await().untilAsserted(() -> assertThat(job.info().doubt()).contains(doubt));
    }

    private static void assertNeverInDoubt(BlockJob job) {
        await().during(SHORT.multipliedBy(3))
                .atMost(SHORT.multipliedBy(50))
                .untilAsserted(() -> assertThat(job.info().doubt()).isEmpty());
    }

    @Test
    void saysThatAJobHasStalledAndLetsItRun() {
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(vm.client, OFTEN)) {
            BlockJob job = start(jobs, PullRequest.of("disk0").withSettings(HELD_UP));
            awaitDoubt(job, Doubt.STALLED);

            assertThat(job.outcome()).isNotDone();
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("running");
            TestVm.get(job.setSpeed(0));
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertThat(job.info().doubt()).isEmpty();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** It counts whatever the job waits for. */
    @Test
    void saysThatADeadlineHasPassedAndLetsTheJobRun() {
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(vm.client, OFTEN)) {
            BlockJob job = start(
                    jobs,
                    CommitRequest.of("disk0")
                            .withSettings(JobSettings.defaults().withDeadline(SHORT)));
            TestVm.get(job.ready());
            awaitDoubt(job, Doubt.DEADLINE_PASSED);

            assertThat(job.outcome()).isNotDone();
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("ready");
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
        }
    }

    @Test
    void doesNotCallAReadyJobThatWaitsForItsPivotStalled() {
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(vm.client, OFTEN)) {
            BlockJob job = start(jobs, CommitRequest.of("disk0").withSettings(STALLS_SOON));
            TestVm.get(job.ready());
            assertNeverInDoubt(job);
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
        }
    }

    @Test
    void doesNotCallAJobThatTheUserHasPausedStalledUntilItIsResumed() {
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(vm.client, OFTEN)) {
            BlockJob job = start(jobs, PullRequest.of("disk0").withSettings(HELD_UP));
            TestVm.get(job.pause());
            assertNeverInDoubt(job);
            TestVm.get(job.resume());
            awaitDoubt(job, Doubt.STALLED);
            TestVm.get(job.cancel());
        }
    }

    @Test
    void doesNotCallAJobThatAnErrorHasStoppedStalled() {
        try (TestVm vm = TestVm.start(nodes -> {
                    nodes.failing("base", null, "read_aio", 5, true);
                    nodes.qcow2("snap1", "base");
                    nodes.qcow2("snap2", "snap1");
                    nodes.qcow2("active", "snap2");
                });
                BlockJobs jobs = BlockJobs.of(vm.client, OFTEN)) {
            BlockJob job = start(jobs, PullRequest.of("disk0").withSettings(STALLS_SOON.withOnError(ErrorPolicy.STOP)));
            await().until(() -> job.info().status() == JobStatus.PAUSED_ON_ERROR);
            assertNeverInDoubt(job);
            TestVm.get(job.resume());
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
        }
    }

    /** Nobody answers, so that is no progress either. */
    @Test
    void noticesBothWhereQemuHangs() {
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(vm.client, OFTEN)) {
            BlockJob job =
                    start(jobs, PullRequest.of("disk0").withSettings(HELD_UP.withDeadline(SHORT.multipliedBy(8))));
            vm.qemu.freeze();
            try {
                awaitDoubt(job, Doubt.STALLED);
                awaitDoubt(job, Doubt.DEADLINE_PASSED);
                assertThat(job.outcome()).isNotDone();
            } finally {
                vm.qemu.thaw();
            }
            TestVm.get(job.cancel());
        }
    }

    @Test
    void takesTheDoubtBackWhenTheJobGoesOn() {
        AtomicInteger offset = new AtomicInteger(1);
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults(), OFTEN)) {
            vm.on(
                    "query-block-jobs",
                    got -> List.of(Outgoing.reply(
                            "[{\"device\":\"j\",\"len\":8,\"offset\":%d,\"speed\":0}]".formatted(offset.get()))));
            BlockJob job = vm.start(ScriptedVm.PULL.withSettings(J.withStallTimeout(SHORT)));
            vm.job("stream", "running");
            vm.tell("created", "running");
            awaitDoubt(job, Doubt.STALLED);
            offset.set(2);
            await().untilAsserted(() -> assertThat(job.info().doubt()).isEmpty());
            assertThat(job.info().progress().offset()).isEqualTo(2);
        }
    }

    @Test
    void asksForTheProgressOfAJobThatNobodyListensToOnlyWhereItMayStall() {
        BlockJobOptions often = BlockJobOptions.defaults().withProgressInterval(Duration.ofMillis(20));
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults(), often)) {
            vm.start(ScriptedVm.PULL.withSettings(J.withDeadline(Duration.ofDays(1))));
            long before = vm.count("query-block-jobs");
            await().during(Duration.ofMillis(500)).untilAsserted(() -> assertThat(vm.count("query-block-jobs"))
                    .isEqualTo(before));
        }
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults(), often)) {
            vm.start(ScriptedVm.PULL.withSettings(J.withStallTimeout(Duration.ofDays(1))));
            await().untilAsserted(() -> assertThat(vm.count("query-block-jobs")).isGreaterThan(5));
        }
    }

    @Test
    void refusesALimitOfNoTime() {
        assertThatThrownBy(() -> JobSettings.defaults().withStallTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stallTimeout (PT0S) must be positive");
        assertThatThrownBy(() -> JobSettings.defaults().withDeadline(Duration.ofSeconds(-1)))
                .hasMessage("deadline (PT-1S) must be positive");
    }
}
