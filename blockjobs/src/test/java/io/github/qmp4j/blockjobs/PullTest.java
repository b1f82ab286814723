package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PullTest {

    /** A1. */
    @Test
    void pullsTheWholeChainIntoTheActiveLayer() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2", "snap1", "base");
            assertThat(vm.liveChain()).containsExactly("active.qcow2");
            vm.assertNoJobsLeft();
            vm.shutDown();
            assertThat(vm.images.backingChain(vm.image("active"))).hasSize(1);
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void pullsToABaseAndNamesItInTheHeader() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").base("snap1"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap1.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.shutDown();
            // A52: the header is exactly the base's name.
            assertThat(vm.images
                            .info(vm.image("active"), "qcow2")
                            .path("backing-filename")
                            .asText())
                    .isEqualTo(vm.image("snap1").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
