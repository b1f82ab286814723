package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PullTest {

    @Test
    void pullsTheWholeChainIntoTheActiveLayer() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2", "snap1", "base");
            assertThat(outcome.progress().offset())
                    .isEqualTo(outcome.progress().len())
                    .isEqualTo(TestVm.SIZE);
            assertThat(vm.liveChain()).containsExactly("active.qcow2");
            vm.assertNoJobsLeft();
            vm.shutDown();
            assertThat(vm.images.backingChain(vm.image("active"))).hasSize(1);
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** A part of the chain. */
    @Test
    void pullsToABaseAndNamesItInTheHeader() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withBase("snap1"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap1.qcow2", "base.qcow2");
            vm.assertNoJobsLeft();
            vm.shutDown();
            // The header is exactly the base's name.
            assertThat(vm.images
                            .info(vm.image("active"), "qcow2")
                            .path("backing-filename")
                            .asText())
                    .isEqualTo(vm.image("snap1").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The image in the middle takes the data, and all above it stays as it is. */
    @Test
    void pullsIntoAMiddleNode() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome =
                    vm.run(PullRequest.of("disk0").withInto("snap2").withBase("base"));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap1");
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap2.qcow2", "base.qcow2");
            assertThat(vm.run(PullRequest.of("disk0").withInto(vm.image("snap2").toString()))
                            .completed())
                    .isTrue();
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap2.qcow2");
            vm.assertNoJobsLeft();
            vm.shutDown();
            assertThat(vm.images.backingChain(vm.image("active"))).hasSize(2);
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void refusesToPullIntoWhatHasNothingBelow() {
        try (TestVm vm = TestVm.start()) {
            assertThat(ScriptedVm.failure(vm.jobs.start(
                            PullRequest.of("disk0").withInto("snap1").withBase("snap2"))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("a pull into 'snap1' takes its data from below it");
            assertThat(ScriptedVm.failure(vm.jobs.start(PullRequest.of("disk0").withInto("nope"))))
                    .hasMessageContaining("into 'nope' is not in the chain");
        }
    }

    /** The header is what was asked for, and QEMU and qemu-img read the same chain by it. */
    @Test
    void namesTheBaseRelativelyOrAbsolutely() {
        try (TestVm vm = TestVm.start()) {
            assertThat(vm.run(PullRequest.of("disk0").withBase("snap1").withBackingName(BackingName.RELATIVE))
                            .completed())
                    .isTrue();
            assertThat(header(vm)).isEqualTo("snap1.qcow2");
            assertThat(vm.run(CommitRequest.of("disk0").withTop("snap1").withBackingName(BackingName.RELATIVE))
                            .completed())
                    .isTrue();
            assertThat(header(vm)).isEqualTo("base.qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
        try (TestVm vm = TestVm.start()) {
            assertThat(vm.run(PullRequest.of("disk0").withBase("base").withBackingName(BackingName.ABSOLUTE))
                            .completed())
                    .isTrue();
            assertThat(header(vm)).isEqualTo(vm.image("base").toString());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static String header(TestVm vm) {
        return vm.images
                .info(vm.image("active"), "qcow2")
                .path("backing-filename")
                .asText();
    }
}
