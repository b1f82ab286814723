package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One job writes to a chain at a time; several chains have nothing to do with each other. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SeveralDisksTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    private static TestVm twoDisks() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        });
    }

    @Test
    void worksOnTwoDisksAtOnce() {
        try (TestVm vm = twoDisks()) {
            BlockJob first = vm.start(CommitRequest.of("disk0"));
            BlockJob second = vm.start(CommitRequest.of("disk1"));
            assertThat(TestVm.get(second.pivot()).pivoted()).isTrue();
            assertThat(TestVm.get(first.pivot()).pivoted()).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    @Test
    void refusesASecondJobOnOneDiskAndNamesTheFirst() {
        try (TestVm vm = TestVm.start()) {
            BlockJob first = vm.start(CommitRequest.of("disk0").withSettings(SLOW));
            CompletableFuture<BlockJob> second = vm.jobs.start(PullRequest.of("active"));

            assertThat(ScriptedVm.failure(second))
                    .hasMessageContaining(first.id().value())
                    .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                            .isEqualTo(first.id()));
            assertThat(vm.onlyJob().path("device").asText())
                    .isEqualTo(first.id().value());
            TestVm.get(first.setSpeed(0));
            assertThat(TestVm.get(first.pivot()).pivoted()).isTrue();
        }
    }

    /** On 7.2 no nodes are listed while anybody's pull exists, running or not yet dismissed. */
    @Test
    void readsAndStartsBesideAPullWithoutKillingQemu() {
        try (TestVm vm = twoDisks()) {
            BlockJob pull = vm.start(PullRequest.of("disk0").withSettings(SLOW));
            assertThat(TestVm.get(vm.jobs.disks())).hasSize(2);
            assertThat(TestVm.get(vm.start(CommitRequest.of("disk1")).pivot()).pivoted())
                    .isTrue();
            vm.ask("job-cancel", "{\"id\":\"" + pull.id() + "\"}");
            assertThat(TestVm.get(pull.outcome()).end()).isInstanceOf(End.Cancelled.class);
            vm.assertNoJobsLeft();
        }
    }

    @Test
    void readsAndStartsBesideAnEndedPullThatIsNotDismissed() {
        try (TestVm vm = twoDisks()) {
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"other\",\"auto-dismiss\":false}");
            await().untilAsserted(() -> assertThat(
                            vm.ask("query-jobs").get(0).path("status").asText())
                    .isEqualTo("concluded"));
            // The node that the pull has let go of is there, too.
            assertThat(TestVm.get(vm.jobs.disks()))
                    .filteredOn(Disk::isPluggedIn)
                    .hasSize(2);
            assertThat(TestVm.get(vm.jobs.chain(DiskRef.of("disk0"))).nodes()).hasSize(4);
            assertThat(TestVm.get(vm.start(CommitRequest.of("disk0")).pivot()).pivoted())
                    .isTrue();
        }
    }

    /** The data of one disk must not show through in the other. */
    @Test
    void doesNotCommitIntoABaseThatAnotherDiskReads() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.overTheSameBase();
        })) {
            assertThat(ScriptedVm.failure(vm.jobs.start(
                            CommitRequest.of("disk0").withTop("snap2").withBase("base"))))
                    .isInstanceOf(io.github.qmp4j.QmpCommandException.class);
            assertThat(ScriptedVm.failure(vm.jobs.start(CommitRequest.of("disk0"))))
                    .isInstanceOf(io.github.qmp4j.QmpCommandException.class);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void releasesNoImageThatAnotherDiskUses() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.overTheSameBase();
        })) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
        }
    }
}
