package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pause, resume and speed, as the second monitor sees them. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PausedJobTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    /** Half a second between two looks at whether to pause: before 7.2 a job that its limit holds up sleeps through. */
    private static final JobSettings LESS_SLOW = JobSettings.defaults().withSpeed(TestVm.MIB);

    private static String status(TestVm vm) {
        return vm.onlyJob().path("status").asText();
    }

    @Test
    void pausesAndResumes() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(LESS_SLOW));
            TestVm.get(job.pause());
            await().untilAsserted(() -> assertThat(status(vm)).isEqualTo("paused"));
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED));
            TestVm.get(job.resume());
            await().untilAsserted(() -> assertThat(status(vm)).isEqualTo("running"));
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.RUNNING));
            TestVm.get(job.cancel());
        }
    }

    @Test
    void staysWhereItIsWhilePausedAndCompletesWhenResumed() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(LESS_SLOW));
            TestVm.get(job.pause());
            await().until(() -> status(vm).equals("paused"));
            long offset = vm.onlyJob().path("offset").asLong();
            await().during(Duration.ofSeconds(1))
                    .until(() -> vm.onlyJob().path("offset").asLong() == offset);
            TestVm.get(job.resume());
            TestVm.get(job.setSpeed(0));

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void changesTheSpeed() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(SLOW));
            assertThat(vm.onlyJob().path("speed").asLong()).isOne();
            TestVm.get(job.setSpeed(12_345));
            assertThat(vm.onlyJob().path("speed").asLong()).isEqualTo(12_345);
            TestVm.get(job.setSpeed(0));
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
        }
    }

    @Test
    void refusesANegativeSpeed() {
        assertThatThrownBy(() -> JobSettings.defaults().withSpeed(-1)).hasMessageContaining("(-1 bytes/s)");
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(SLOW));
            assertThatThrownBy(() -> job.setSpeed(-1)).hasMessageContaining("must not be negative");
            assertThat(vm.onlyJob().path("speed").asLong()).isOne();
            TestVm.get(job.cancel());
        }
    }

    @Test
    void finishesACopyThatStandsBy() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2"));
            TestVm.get(job.ready());
            TestVm.get(job.pause());
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.STANDBY));
            assertThat(status(vm)).isEqualTo("standby");
            JobOutcome outcome = TestVm.get(job.finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    /** QEMU tells it as it tells its own short pauses, of which none lasts for two questions. */
    @Test
    void showsThatAnotherClientHasPausedTheJob() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(LESS_SLOW));
            vm.ask("job-pause", "{\"id\":\"" + job.id() + "\"}");
            await().until(() -> status(vm).equals("paused"));
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED));
            assertThat(TestVm.get(vm.jobs.list())).extracting(JobInfo::status).containsExactly(JobStatus.PAUSED);
            vm.ask("job-resume", "{\"id\":\"" + job.id() + "\"}");
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.RUNNING));
            TestVm.get(job.cancel());
        }
    }

    @Test
    void showsThatAnotherClientHasPausedAReadyJobBeforeThisHandle() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("block-commit", "{\"job-id\":\"theirs\",\"device\":\"active\",\"auto-dismiss\":false}");
            await().until(() -> status(vm).equals("ready"));
            vm.ask("job-pause", "{\"id\":\"theirs\"}");
            await().until(() -> status(vm).equals("standby"));
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.STANDBY));
            assertThat(job.info().ready()).isTrue();
            TestVm.get(job.resume());
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.READY));
            TestVm.get(job.cancel());
        }
    }

    /** Also where another client resumes what this side has paused. */
    @Test
    void showsNoPauseOfItsOwnAfterAnotherClientHasResumedTheJob() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(LESS_SLOW));
            TestVm.get(job.pause());
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED));
            vm.ask("job-resume", "{\"id\":\"" + job.id() + "\"}");
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.RUNNING));
            assertNoDrainIsShown(vm, job);
            TestVm.get(job.cancel());
        }
    }

    /** QEMU drains all nodes at each stop of the guest, which pauses the job for that moment. */
    @Test
    void showsNoneOfQemusOwnPauses() {
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(
                        vm.client, BlockJobOptions.defaults().withProgressInterval(Duration.ofMillis(5)))) {
            assertNoDrainIsShown(
                    vm, TestVm.get(jobs.start(PullRequest.of("disk0").withSettings(LESS_SLOW))));
        }
    }

    private static void assertNoDrainIsShown(TestVm vm, BlockJob job) {
        Set<JobStatus> shown = ConcurrentHashMap.newKeySet();
        job.onUpdate(info -> shown.add(info.status()));
        // A stop pauses the job only where it finds it at work, which on 5.2 few do.
        for (int stops = 0; stops < 50 || (stops < 5000 && !hasHeardAPause(vm)); stops++) {
            vm.ask("stop");
            vm.ask("cont");
        }
        assertThat(hasHeardAPause(vm)).isTrue();
        await().untilAsserted(() -> assertThat(shown).isNotEmpty());
        assertThat(shown).doesNotContain(JobStatus.PAUSED, JobStatus.STANDBY);
    }

    private static boolean hasHeardAPause(TestVm vm) {
        return vm.qemu.oracle().events().stream()
                .anyMatch(event -> event.at("/data/status").asText().equals("paused"));
    }

    /** It is shown only when it has lasted for a while, but it is no obstacle. */
    @Test
    void finishesAnActiveCommitThatSomebodyElseHasPaused() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            vm.ask("job-pause", "{\"id\":\"" + job.id() + "\"}");
            JobOutcome outcome = TestVm.get(job.finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void finishesAJobThatWasPausedBeforeReady() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withSettings(SLOW));
            TestVm.get(job.pause());
            // Before 7.2 only this wakes a job that its limit holds up, so that it can pause.
            TestVm.get(job.setSpeed(0));
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED));

            assertThat(TestVm.get(job.finishWithoutPivot()).completed()).isTrue();
            vm.assertNoJobsLeft();
        }
    }

    /** A pivot of a paused job is accepted and waits. */
    @Test
    void pivotsAPausedJobWhenItIsResumed() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            TestVm.get(job.pause());
            CompletableFuture<JobOutcome> pivot = job.pivot();
            TestVm.get(job.resume());
            assertThat(TestVm.get(pivot).pivoted()).isTrue();
            vm.assertUnchanged(vm.image("base"));
        }
    }
}
