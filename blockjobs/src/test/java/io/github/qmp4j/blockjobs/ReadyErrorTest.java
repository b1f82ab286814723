package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** I/O errors after READY, which kill QEMU 5.2 or freeze its monitor. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReadyErrorTest {
    private static final int EIO = 5;
    private static final String FLUSH = "flush_to_disk";
    private static final String WRITE = "write_aio";

    /** The driver came with QEMU 6.2, as did what mended the mirror engine. */
    private static boolean survives(TestVm vm) {
        return vm.qemu.knows("blockdev-add/arg/driver/^copy-before-write");
    }

    private static TestVm withBaseThatFails(String event, boolean once) {
        return TestVm.start(nodes -> {
            nodes.failingAfterItsFirstFlush("base", null, event, EIO, once);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        });
    }

    /** An active commit that stops on errors, started by somebody else; READY, and with something still to write. */
    private static BlockJob theirs(TestVm vm) {
        vm.ask("block-commit", """
                {"job-id":"theirs","device":"active","on-error":"stop","auto-dismiss":false}""");
        BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
        TestVm.get(job.ready());
        vm.qemu.guestWrite("disk0", 9, 0, 65536);
        return job;
    }

    private static void awaitErrorAfterReady(TestVm vm, BlockJob job) {
        await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED_ON_ERROR));
        assertThat(vm.onlyJob().path("status").asText()).isEqualTo("standby");
        assertThat(vm.onlyJob().path("io-status").asText()).isEqualTo("failed");
    }

    /** Nothing may have been sent: the job stands as before, and QEMU answers. */
    private static void assertRefused(TestVm vm, CompletableFuture<?> verb) {
        assertThat(ScriptedVm.failure(verb))
                .isInstanceOf(BlockJobException.class)
                .hasMessageContaining("job theirs")
                .hasMessageContaining("could kill this QEMU");
        assertThat(vm.onlyJob().path("status").asText()).isEqualTo("standby");
        assertThat(vm.ask("query-status").path("status").asText()).isEqualTo("prelaunch");
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorPolicy.class,
            names = {"IGNORE", "STOP", "ENOSPC"})
    void refusesEveryPolicyButReportWhereQemuWouldNotSurviveIt(ErrorPolicy policy) {
        try (TestVm vm = TestVm.start()) {
            JobSettings settings = JobSettings.defaults().withOnError(policy);
            BlockJobRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                    .withSettings(settings);
            if (survives(vm)) {
                assertThat(TestVm.get(vm.start(copy).pivot()).pivoted()).isTrue();
                return;
            }
            for (BlockJobRequest refused :
                    List.of(copy, CommitRequest.of("disk0").withSettings(settings))) {
                assertThat(ScriptedVm.failure(vm.jobs.start(refused)))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("error policy " + policy.qmpName())
                        .hasMessageContaining("use report");
            }
            vm.assertNoJobsLeft();
            assertThat(Files.exists(vm.path("copy.qcow2"))).isFalse();
            // What never becomes READY is as safe as anywhere.
            assertThat(vm.run(CommitRequest.of("disk0")
                                    .withTop("snap2")
                                    .withBase("snap1")
                                    .withSettings(settings))
                            .completed())
                    .isTrue();
            assertThat(vm.run(PullRequest.of("disk0").withSettings(settings)).completed())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void failsAnActiveCommitWhoseLastFlushFails(boolean pivots) {
        try (TestVm vm = withBaseThatFails(FLUSH, false)) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            vm.qemu.guestWrite("disk0", 9, 0, 65536);
            JobOutcome outcome = TestVm.get(pivots ? job.pivot() : job.finishWithoutPivot());

            // QEMU 5.2 calls the second one cancelled.
            assertThat(outcome.end())
                    .isEqualTo(pivots || survives(vm) ? new End.Failed("Input/output error") : new End.Cancelled());
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            vm.assertNoJobsLeft();
            assertThat(vm.liveChain()).hasSize(4);
        }
    }

    /** A fault that passes. */
    @Test
    void goesOnWithAPivotThatAnErrorHasStoppedUnlessQemuWouldNotSurviveIt() {
        try (TestVm vm = withBaseThatFails(FLUSH, true)) {
            BlockJob job = theirs(vm);
            CompletableFuture<JobOutcome> pivot = job.pivot();
            awaitErrorAfterReady(vm, job);
            assertThat(pivot).isNotDone();
            if (survives(vm)) {
                TestVm.get(job.resume());
                assertThat(TestVm.get(pivot).pivoted()).isTrue();
                vm.assertNoJobsLeft();
            } else {
                assertRefused(vm, job.resume());
                assertRefused(vm, job.finishWithoutPivot());
                assertRefused(vm, job.cancel());
            }
        }
    }

    /** A fault that stays. */
    @Test
    void cancelsAPivotThatAnErrorHasStoppedUnlessQemuWouldNotSurviveIt() {
        try (TestVm vm = withBaseThatFails(FLUSH, false)) {
            BlockJob job = theirs(vm);
            CompletableFuture<JobOutcome> pivot = job.pivot();
            awaitErrorAfterReady(vm, job);
            if (survives(vm)) {
                assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
                assertThat(TestVm.get(pivot).head()).isEqualTo(Head.SOURCE);
                vm.assertNoJobsLeft();
            } else {
                assertRefused(vm, job.cancel());
                assertRefused(vm, job.resume());
            }
        }
    }

    /** Where there is still something to write, every QEMU survives a cancel. */
    @Test
    void cancelsAReadyJobThatAFailedWriteHasStopped() {
        try (TestVm vm = withBaseThatFails(WRITE, false)) {
            BlockJob job = theirs(vm);
            awaitErrorAfterReady(vm, job);
            if (!survives(vm)) {
                assertRefused(vm, job.resume());
            }
            JobOutcome outcome = TestVm.get(job.cancel());

            assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            vm.assertNoJobsLeft();
        }
    }

    /** A fault that passes: the job becomes READY again, and the disk can be switched. */
    @Test
    void resumesAReadyJobThatAFailedWriteHasStopped() {
        try (TestVm vm = withBaseThatFails(WRITE, true)) {
            vm.assumeKnows("blockdev-add/arg/driver/^copy-before-write");
            BlockJob job = theirs(vm);
            awaitErrorAfterReady(vm, job);
            TestVm.get(job.resume());
            await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.READY));
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
            vm.assertNoJobsLeft();
        }
    }
}
