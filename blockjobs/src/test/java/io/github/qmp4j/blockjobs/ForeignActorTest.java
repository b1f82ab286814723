package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody else on another monitor acts on our job; the outcome is what really happened. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ForeignActorTest {
    private static String id(BlockJob job) {
        return "{\"id\":\"" + job.id() + "\"}";
    }

    private static BlockJob readyCommit(TestVm vm) {
        BlockJob job = vm.start(CommitRequest.of("disk0"));
        TestVm.get(job.ready());
        return job;
    }

    @Test
    void tellsThatSomebodyElseHasCancelledTheJob() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = readyCommit(vm);
            vm.ask("job-cancel", id(job));
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void tellsThatSomebodyElseHasPivoted() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = readyCommit(vm);
            vm.ask("job-complete", id(job));

            assertThat(TestVm.get(job.outcome()).pivoted()).isTrue();
            assertThat(vm.activeFile()).isEqualTo(vm.image("base").toString());
            vm.assertNoJobsLeft();
        }
    }

    /** The event of a soft cancel is that of a pivot. */
    @Test
    void claimsNoPivotWhenSomebodyElseHasFinishedTheJobWithoutOne() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            vm.ask("block-job-cancel", "{\"device\":\"" + job.id() + "\"}");
            CompletableFuture<JobOutcome> pivot = job.pivot();

            JobOutcome outcome = TestVm.get(pivot);
            assertThat(outcome.pivoted()).as("%s", outcome).isFalse();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(vm.activeFile()).isEqualTo(vm.image("active").toString());
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** QEMU itself keeps two jobs apart, but names no job. */
    @Test
    void namesTheJobOfAnotherSessionThatHasTheDisk() {
        // case 37
        try (TestVm vm = TestVm.start(
                Nodes::plainChain,
                builder -> builder.arguments(
                        "-chardev", "socket,id=third,path=third.sock,server=on,wait=off", "-qmp", "chardev:third"))) {
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withSpeed(1).withJobId(new JobId("nightly"))));
            QmpClient other =
                    TestVm.get(QmpClient.connect(new QmpAddress.Unix(vm.path("third.sock")), QmpOptions.defaults()));
            try (BlockJobs others = BlockJobs.of(other, BlockJobOptions.defaults())) {
                assertThat(ScriptedVm.failure(others.start(PullRequest.of("disk0"))))
                        .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                                .isEqualTo(job.id()));
                assertThat(TestVm.get(others.list())).extracting(JobInfo::id).containsExactly(job.id());
            } finally {
                other.close();
            }
            assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
        }
    }
}
