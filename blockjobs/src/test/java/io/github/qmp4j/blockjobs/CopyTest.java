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
class CopyTest {

    @Test
    void copiesAndPivotsToTheCopy() {
        try (TestVm vm = TestVm.start()) {
            String target = vm.path("copy.qcow2").toString();
            JobOutcome outcome = TestVm.get(
                    vm.start(CopyRequest.of("disk0", target, "qcow2")).pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released())
                    .extracting(BlockNode::label)
                    .containsExactly("active", "snap2", "snap1", "base");
            assertThat(vm.liveChain()).containsExactly("copy.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @Test
    void finishesWithoutAPivotAndLeavesACompleteCopy() {
        try (TestVm vm = TestVm.start()) {
            String target = vm.path("copy.qcow2").toString();
            JobOutcome outcome = TestVm.get(
                    vm.start(CopyRequest.of("disk0", target, "qcow2")).finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(vm.activeFile()).isEqualTo(vm.image("active").toString());
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void copiesTheActiveLayerOntoTheSameBackingChain() {
        try (TestVm vm = TestVm.start()) {
            String target = vm.path("copy.qcow2").toString();
            JobOutcome outcome =
                    TestVm.get(vm.start(CopyRequest.of("disk0", target, "qcow2").withExtent(CopyExtent.TOP))
                            .pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("active");
            assertThat(vm.liveChain()).containsExactly("copy.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @Test
    void cancelsBeforeReadyAndNamesTheIncompleteFile() {
        try (TestVm vm = TestVm.start()) {
            String target = vm.path("copy.qcow2").toString();
            BlockJob job = vm.start(CopyRequest.of("disk0", target, "qcow2")
                    .withSettings(JobSettings.defaults().withSpeed(1)));
            JobOutcome outcome = TestVm.get(job.cancel());

            assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.leftovers()).extracting(Leftover::name).containsExactly(target);
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void refusesATargetThatExistsAndLeavesItAsItIs() {
        try (TestVm vm = TestVm.start()) {
            var target = vm.images.create("there.qcow2", "qcow2", TestVm.MIB);
            vm.images.write(target, "qcow2", 9, 0, 65536);

            assertThat(vm.jobs.start(CopyRequest.of("disk0", target.toString(), "qcow2")))
                    .failsWithin(2, TimeUnit.MINUTES)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(BlockChainException.class)
                    .withMessageContaining("'" + target + "' exists");
            assertThat(vm.images.holds(target, "qcow2", 9, 0, 65536)).isTrue();
            vm.assertNoJobsLeft();
            assertThat(vm.ask("query-named-block-nodes"))
                    .noneMatch(node -> node.path("node-name").asText().startsWith("probe-"));
        }
    }
}
