package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CommitTest {

    @Test
    void commitsMiddleNodesIntoTheBase() {
        // case 36
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome =
                    vm.run(CommitRequest.of("disk0").withTop("snap2").withBase("base"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2", "snap1");
            assertThat(outcome.invalidated()).extracting(BlockNode::label).containsExactly("snap1");
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.shutDown();
            assertThat(vm.images
                            .info(vm.image("active"), "qcow2")
                            .path("backing-filename")
                            .asText())
                    .isEqualTo(vm.image("base").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** §4.3 of the reference: commit(top=snap2, SHALLOW). */
    @Test
    void commitsOneMiddleNodeIntoItsBackingNode() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome =
                    vm.run(CommitRequest.of("disk0").withTop("snap2").withShallow(true));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.invalidated()).isEmpty();
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap1.qcow2", "base.qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void commitsTheActiveLayerAndPivotsToTheBase() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("active", "snap2", "snap1");
            assertThat(job.ready()).isCompletedWithValue(job);
            assertThat(vm.activeFile()).isEqualTo(vm.image("base").toString());
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    /** The same where the active layer is named. */
    @Test
    void commitsAnActiveLayerThatIsNamedAsTheTop() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withTop("active").withBase("snap1"));
            TestVm.get(job.ready());
            assertThat(job.outcome()).isNotDone();

            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
            assertThat(vm.liveChain()).containsExactly("snap1.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("snap1"));
        }
    }

    @Test
    void finishesAnActiveCommitWithoutAPivotAndKeepsTheOverlay() {
        // case 79
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withShallow(true));
            JobOutcome outcome = TestVm.get(job.finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("snap2"));
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void cancelsAnIntermediateCommit() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withTop("snap2")
                    .withBase("base")
                    .withSettings(JobSettings.defaults().withSpeed(1)));
            JobOutcome outcome = TestVm.get(job.cancel());

            assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            assertThat(outcome.invalidated()).extracting(BlockNode::label).containsExactly("snap1");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void cancelsAReadyActiveCommitAndStaysOnTheSource() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            JobOutcome outcome = TestVm.get(job.cancel());

            assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
