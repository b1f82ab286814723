package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told of an outcome can start the next job on that disk at once. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NextJobTest {
    @Test
    void startsEachJobInsideTheOutcomeOfTheLastOne() {
        try (TestVm vm = TestVm.start()) {
            String target = vm.path("copy.qcow2").toString();
            CompletableFuture<JobOutcome> chained = vm.start(
                            CommitRequest.of("disk0").withTop("snap1").withBase("base"))
                    .outcome()
                    .thenCompose(committed ->
                            next(vm, committed, PullRequest.of("disk0").withBase("base")))
                    .thenCompose(BlockJob::outcome)
                    .thenCompose(pulled -> next(vm, pulled, CopyRequest.of("disk0", target, "qcow2")))
                    .thenCompose(BlockJob::pivot)
                    .thenCompose(copied -> next(vm, copied, PullRequest.of("disk0")))
                    .thenCompose(BlockJob::outcome);

            JobOutcome last = TestVm.get(chained);
            assertThat(last.completed()).as("%s", last).isTrue();
            assertThat(vm.liveChain()).containsExactly("copy.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @Test
    void startsTheNextJobInsideTheOutcomeOfACancelledOne() {
        try (TestVm vm = TestVm.start()) {
            BlockJob slow = vm.start(CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withSpeed(1)));
            CompletableFuture<JobOutcome> pivoted = slow.outcome()
                    .thenCompose(cancelled -> vm.jobs.start(CommitRequest.of("disk0")))
                    .thenCompose(BlockJob::pivot);
            TestVm.get(slow.cancel());

            assertThat(TestVm.get(pivoted).pivoted()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    private static CompletableFuture<BlockJob> next(TestVm vm, JobOutcome outcome, BlockJobRequest request) {
        assertThat(outcome.completed()).as("%s", outcome).isTrue();
        return vm.jobs.start(request);
    }
}
