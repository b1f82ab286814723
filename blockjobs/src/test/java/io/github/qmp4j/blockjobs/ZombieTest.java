package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that have ended, and that nobody has dismissed. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ZombieTest {
    private static final JobId J = new JobId("j");

    private static TestVm twoDisks() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        });
    }

    private static void awaitStatus(TestVm vm, String status) {
        await().until(() -> vm.ask("query-jobs").get(0).path("status").asText().equals(status));
    }

    @Test
    void refusesTheIdOfAnEndedJobUntilThatIsDismissed() {
        try (TestVm vm = twoDisks()) {
            vm.ask("block-commit", "{\"job-id\":\"j\",\"device\":\"other\",\"auto-dismiss\":false}");
            awaitStatus(vm, "ready");
            vm.ask("job-cancel", "{\"id\":\"j\"}");
            awaitStatus(vm, "concluded");
            CommitRequest ours = CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withJobId(J));
            assertThat(ScriptedVm.failure(vm.jobs.start(ours)))
                    .isInstanceOfAny(JobConflictException.class, QmpCommandException.class)
                    .hasMessageContaining("j");
            assertThat(vm.ask("query-jobs")).hasSize(1);
            awaitStatus(vm, "concluded");

            vm.ask("job-dismiss", "{\"id\":\"j\"}");
            assertThat(TestVm.get(vm.start(ours).pivot()).pivoted()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    /** Of a job that is not there. */
    @Test
    void findsNoJobToDismissWhereThereIsNone() {
        try (TestVm vm = TestVm.start()) {
            assertThat(TestVm.get(vm.jobs.adopt(new JobId("nobody")))).isEmpty();
            assertThatThrownBy(() -> vm.ask("job-dismiss", "{\"id\":\"nobody\"}"))
                    .isInstanceOf(QmpErrorException.class);
            assertThat(TestVm.get(vm.jobs.dismissEnded(DiskRef.of("disk0")))).isEmpty();
        }
    }

    /** A job that is paused has not ended. */
    @Test
    void dismissesNoJobThatIsPaused() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("block-commit", "{\"job-id\":\"j\",\"device\":\"active\",\"auto-dismiss\":false}");
            awaitStatus(vm, "ready");
            vm.ask("job-pause", "{\"id\":\"j\"}");
            awaitStatus(vm, "standby");
            BlockJob job = TestVm.get(vm.jobs.adopt(J)).orElseThrow();
            assertThat(TestVm.get(vm.jobs.dismissEnded(DiskRef.of("disk0")))).isEmpty();
            assertThatThrownBy(() -> vm.ask("job-dismiss", "{\"id\":\"j\"}")).isInstanceOf(QmpErrorException.class);
            await().during(Duration.ofMillis(300))
                    .until(() -> vm.onlyJob().path("status").asText().equals("standby")
                            && !job.outcome().isDone());

            assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
            vm.assertNoJobsLeft();
        }
    }
}
