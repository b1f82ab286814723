package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A QEMU that is told to end while it has a job: it ends, nothing is claimed, and the images are as the guest saw them. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class QuitTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);
    private static final Duration SOON = Duration.ofMinutes(2);

    /** A job of each kind, so slow that it cannot be over, or at READY. */
    enum Kind {
        PULL,
        INTERMEDIATE_COMMIT,
        ACTIVE_COMMIT,
        READY_COMMIT,
        COPY,
        READY_COPY;

        BlockJob start(TestVm vm) {
            CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2");
            BlockJob job = vm.start(
                    switch (this) {
                        case PULL -> PullRequest.of("disk0").withSettings(SLOW);
                        case INTERMEDIATE_COMMIT ->
                            CommitRequest.of("disk0")
                                    .withTop("snap2")
                                    .withBase("base")
                                    .withSettings(SLOW);
                        case ACTIVE_COMMIT -> CommitRequest.of("disk0").withSettings(SLOW);
                        case READY_COMMIT -> CommitRequest.of("disk0");
                        case COPY -> copy.withSettings(SLOW);
                        case READY_COPY -> copy;
                    });
            if (name().startsWith("READY")) {
                TestVm.get(job.ready());
            }
            return job;
        }
    }

    private static void assertNothingClaimed(TestVm vm, BlockJob job) {
        assertThat(vm.qemu.awaitEnd(SOON)).isTrue();
        assertThat(job.outcome()).succeedsWithin(SOON).satisfies(outcome -> {
            assertThat(outcome.end()).as("%s", outcome).isInstanceOfAny(End.Cancelled.class, End.Unknown.class);
            assertThat(outcome.head()).isNotEqualTo(Head.TARGET);
            assertThat(outcome.released()).isEmpty();
        });
        vm.assertUnchanged(vm.image("active"));
    }

    @ParameterizedTest
    @EnumSource
    void claimsNothingWhenQemuIsToldToQuit(Kind kind) {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = kind.start(vm);
            vm.quit();
            assertNothingClaimed(vm, job);
        }
    }

    /** By SIGTERM. */
    @ParameterizedTest
    @EnumSource
    void claimsNothingWhenQemuIsTerminated(Kind kind) {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = kind.start(vm);
            vm.qemu.process().destroy();
            assertNothingClaimed(vm, job);
        }
    }

    /** A job that waits to be finalized. */
    @Test
    void claimsNothingOfAJobThatWaitsToBeFinalized() {
        try (TestVm vm = TestVm.start()) {
            vm.ask(
                    "block-stream",
                    "{\"job-id\":\"theirs\",\"device\":\"active\",\"auto-finalize\":false,\"auto-dismiss\":false}");
            vm.qemu.oracle().awaitEvent("BLOCK_JOB_PENDING", data -> true, SOON);
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
            vm.quit();
            assertNothingClaimed(vm, job);
        }
    }

    @Test
    void survivesACommitThatIsFollowedByQuitAtOnce() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withTop("snap2").withBase("base"));
            vm.quit();
            assertThat(vm.qemu.awaitEnd(SOON)).isTrue();
            // It may have been over before.
            assertThat(TestVm.get(job.outcome()).end()).isNotInstanceOf(End.Failed.class);
            vm.images.check(vm.image("base"), "qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
