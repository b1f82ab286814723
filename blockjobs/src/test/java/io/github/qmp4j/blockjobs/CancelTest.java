package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a cancelled job leaves: the guest where it was, and nothing in QEMU. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CancelTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    private static void assertCancelled(TestVm vm, JobOutcome outcome) {
        assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
        assertThat(outcome.head()).isEqualTo(Head.SOURCE);
        assertThat(outcome.released()).isEmpty();
        assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.image("active"));
    }

    /** While it runs. */
    @Test
    void cancelsAPull() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(SLOW));
            assertThat(vm.onlyJob().path("type").asText()).isEqualTo("stream");
            assertCancelled(vm, TestVm.get(job.cancel()));
            assertThat(ScriptedVm.failure(job.ready())).isInstanceOf(JobEndedException.class);
        }
    }

    @Test
    void cancelsAnActiveCommitBeforeReady() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withSettings(SLOW));
            assertThat(vm.onlyJob().path("ready").asBoolean()).isFalse();
            assertCancelled(vm, TestVm.get(job.cancel()));
        }
    }

    @Test
    void cancelsAReadyCopyAndNamesItsFile() {
        // case 79
        try (TestVm vm = TestVm.start()) {
            String target = vm.path("copy.qcow2").toString();
            BlockJob job = vm.start(CopyRequest.of("disk0", target, "qcow2"));
            TestVm.get(job.ready());
            JobOutcome outcome = TestVm.get(job.cancel());

            assertThat(outcome.leftovers()).extracting(Leftover::name).containsExactly(target);
            assertCancelled(vm, outcome);
        }
    }

    /** A cancel reaches a paused job too. */
    @Test
    void cancelsAPausedJob() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withSettings(SLOW));
            TestVm.get(job.pause());
            // Before 7.2 only this wakes a job that its limit holds up, so that it can pause.
            TestVm.get(job.setSpeed(0));
            await().until(() -> vm.onlyJob().path("status").asText().equals("paused"));
            assertCancelled(vm, TestVm.get(job.cancel()));
        }
    }

    @Test
    void givesTheOutcomeToWhoeverCancelsTooLate() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0"));
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(TestVm.get(job.cancel())).isEqualTo(outcome);
            assertThat(TestVm.get(job.resume())).isNull();
        }
    }
}
