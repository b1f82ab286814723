package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk that is unplugged while it has a job. A reset lets go of what no guest is there to let go of. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class UnplugTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    private static final JobId THEIRS = new JobId("theirs");

    private static void unplug(TestVm vm) {
        vm.ask("device_del", "{\"id\":\"disk0\"}");
        vm.ask("system_reset");
        vm.qemu
                .oracle()
                .awaitEvent(
                        "DEVICE_DELETED", data -> data.path("device").asText().equals("disk0"), Duration.ofSeconds(20));
    }

    /** QEMU cancels the job of a drive with it, before or after it tells that the device is gone. */
    @Test
    void tellsThatTheJobOfADriveIsCancelledWithIt() {
        try (TestVm vm = TestVm.start(nodes -> {}, builder -> builder.machine("pc")
                .arguments("-drive", "if=none,id=drive0,format=qcow2,file=active.qcow2")
                .device("virtio-blk-pci,id=disk0,drive=drive0"))) {
            BlockJob job = vm.start(CommitRequest.of("drive0").withSettings(SLOW));
            unplug(vm);
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.end()).as("%s", outcome).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.head()).isNotEqualTo(Head.TARGET);
            assertThat(outcome.released()).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The nodes of {@code -blockdev} outlive the device, and so does the job; there is no disk to switch any more. */
    @Test
    void letsTheJobOfANodeGoOn() {
        try (TestVm vm = TestVm.start(Nodes::plainChain, builder -> builder.machine("pc"))) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            unplug(vm);
            assertThat(job.outcome()).isNotDone();
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isFalse();
            assertThat(outcome.released()).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** No graph shows what a pivot of the job has done, and no disk is on its target. */
    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void claimsNoPivotOfAnAttachedJobWhoseDiskHasGone(boolean copy, boolean attachedBefore) {
        try (TestVm vm = TestVm.start(Nodes::plainChain, builder -> builder.machine("pc"))) {
            if (copy) {
                vm.ask("drive-mirror", """
                        {"job-id":"theirs","device":"active","target":"copy.qcow2","format":"qcow2","sync":"full",
                        "auto-dismiss":false}""");
            } else {
                vm.ask("block-commit", "{\"job-id\":\"theirs\",\"device\":\"active\",\"auto-dismiss\":false}");
            }
            vm.qemu
                    .oracle()
                    .awaitEvent(
                            "BLOCK_JOB_READY",
                            data -> data.path("device").asText().equals("theirs"),
                            Duration.ofSeconds(20));
            Optional<BlockJob> before = attachedBefore ? TestVm.get(vm.jobs.adopt(THEIRS)) : Optional.empty();
            unplug(vm);
            BlockJob job = before.or(() -> TestVm.get(vm.jobs.adopt(THEIRS))).orElseThrow();
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(vm.ask("query-block")).isEmpty();
            assertThat(outcome.end()).as("%s", outcome).isInstanceOf(End.Unknown.class);
            assertThat(outcome.head()).isEqualTo(Head.UNKNOWN);
            assertThat(outcome.released()).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** Nothing is left unknown, since such a job is cancelled before it has changed anything. */
    @Test
    void cancelsAPullAndACommitBelowTheActiveLayerWhoseDiskHasGone() {
        for (BlockJobRequest request : List.of(
                PullRequest.of("disk0").withSettings(SLOW),
                CommitRequest.of("disk0").withTop("snap2").withBase("base").withSettings(SLOW))) {
            try (TestVm vm = TestVm.start(Nodes::plainChain, builder -> builder.machine("pc"))) {
                BlockJob job = vm.start(request);
                unplug(vm);
                TestVm.get(job.setSpeed(0));
                JobOutcome outcome = TestVm.get(job.outcome());

                assertThat(outcome.end()).isInstanceOfSatisfying(End.Failed.class, end -> assertThat(end.error())
                        .contains("disk disk0 has gone")
                        .contains("the chain is unchanged"));
                assertThat(outcome.released()).isEmpty();
                vm.assertNoJobsLeft();
                vm.shutDown();
                assertThat(vm.images.backingChain(vm.image("active")))
                        .extracting(file -> Path.of(file).getFileName().toString())
                        .containsExactly("active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
                vm.assertUnchanged(vm.image("active"));
            }
        }
    }
}
