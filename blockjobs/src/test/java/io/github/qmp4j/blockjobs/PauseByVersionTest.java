package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a pause takes effect, and what a paused job can be asked. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PauseByVersionTest {

    @Test
    void pausesAJobThatItsLimitHoldsUpAtOnceOrWhenTheLimitIsRaised() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withSpeed(1)));
            await().until(() -> vm.onlyJob().path("offset").asLong() > 0);
            TestVm.get(job.pause());
            JsonNode paused = vm.onlyJob();

            assertThat(paused.path("paused").asBoolean()).isTrue();
            if (Release.of(vm.qemu).isBefore(Release.V7_2)) {
                // It sleeps, and so it can be seen running; only that is told which is.
                assertThat(paused.path("status").asText()).isIn("running", "paused");
                TestVm.get(job.setSpeed(TestVm.MIB));
                await().untilAsserted(() ->
                        assertThat(vm.onlyJob().path("status").asText()).isEqualTo("paused"));
            } else {
                assertThat(paused.path("status").asText()).isEqualTo("paused");
            }
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED));
            TestVm.get(job.cancel());
        }
    }

    @Test
    void holdsThePivotOfAPausedJobUntilItIsResumedOrRefusesIt() {
        BlockJobOptions onlyOnce = BlockJobOptions.defaults()
                .withProgressInterval(Duration.ofSeconds(1))
                .withPivotRetries(0);
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(vm.client, onlyOnce)) {
            BlockJob job = TestVm.get(jobs.start(CommitRequest.of("disk0")));
            TestVm.get(job.ready());
            TestVm.get(job.pause());
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.STANDBY));
            CompletableFuture<JobOutcome> held = job.pivot();
            CompletableFuture<JobOutcome> pivot = held;
            if (Release.of(vm.qemu).isBefore(Release.V7_2)) {
                assertThat(ScriptedVm.failure(held))
                        .isInstanceOf(QmpCommandException.class)
                        .hasMessageContaining("in state 'standby' cannot accept command verb 'complete'");
                assertThat(vm.onlyJob().path("status").asText()).isEqualTo("standby");
                TestVm.get(job.resume());
                pivot = job.pivot();
            } else {
                await().during(Duration.ofMillis(300)).until(() -> !held.isDone());
                TestVm.get(job.resume());
            }
            assertThat(TestVm.get(pivot).pivoted()).isTrue();
            vm.assertUnchanged(vm.image("base"));
        }
    }
}
