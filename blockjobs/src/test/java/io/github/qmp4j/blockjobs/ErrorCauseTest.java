package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.PULL;
import static io.github.qmp4j.blockjobs.ScriptedVm.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a job that an I/O error has stopped, whether or not the error was heard. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ErrorCauseTest {
    private static final int EIO = 5;
    private static final int ENOSPC = 28;

    private static TestVm withUnreadableBase() {
        return TestVm.start(nodes -> {
            nodes.failing("base", null, "read_aio", EIO, true);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        });
    }

    private static void awaitCause(BlockJob job, String cause) {
        await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED_ON_ERROR));
        assertThat(job.info().error()).contains(cause);
    }

    @Test
    void namesAFailedRead() {
        try (TestVm vm = withUnreadableBase()) {
            BlockJob job = vm.start(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withOnError(ErrorPolicy.STOP)));
            awaitCause(job, "I/O error (failed) on a read");
            TestVm.get(job.resume());
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
        }
    }

    /** The library starts no such job before 6.2. */
    @Test
    void namesAWriteThatFoundNoSpace() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.failing("base", null, "write_aio", ENOSPC, true);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        })) {
            vm.assumeKnows("blockdev-add/arg/driver/^copy-before-write");
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withOnError(ErrorPolicy.ENOSPC)));
            awaitCause(job, "no space left (nospace) on a write");
            TestVm.get(job.resume());
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
        }
    }

    /** The error is long past when it is met, so only QEMU's own status can tell. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void findsOutThatAJobItMeetsHasBeenStopped(boolean adopted) {
        try (TestVm vm = withUnreadableBase()) {
            vm.ask("block-stream", """
                    {"job-id":"theirs","device":"active","on-error":"stop","auto-dismiss":false}""");
            await().untilAsserted(() ->
                    assertThat(vm.onlyJob().path("io-status").asText()).isEqualTo("failed"));
            await().untilAsserted(() ->
                    assertThat(vm.onlyJob().path("status").asText()).isEqualTo("paused"));
            JobId id = new JobId("theirs");
            BlockJob job =
                    TestVm.get(adopted ? vm.jobs.adopt(id) : vm.jobs.attach(id)).orElseThrow();
            awaitCause(job, "I/O error (failed)");
            TestVm.get(job.resume());
            await().untilAsserted(() -> assertThat(job.info().status()).isIn(JobStatus.RUNNING, JobStatus.CONCLUDED));
        }
    }

    /** The progress that is asked for anyway tells it too. */
    @Test
    void findsOutWithoutTheEventWhereSomebodyListens() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "paused");
            vm.tell("created", "running", "paused");
            job.onUpdate(info -> {});
            await().until(() -> job.info().progress().offset() == 4);
            assertThat(job.info().status()).isEqualTo(JobStatus.RUNNING);
            assertThat(job.info().ioStatus()).contains("ok");
            vm.ioStatus("nospace");
            awaitCause(job, "no space left (nospace)");
            assertThat(job.info().ioStatus()).contains("nospace");
        }
    }

    /** The operation of an error that stopped nothing is not that of the one that did. */
    @Test
    void doesNotNameTheOperationOfAnotherError() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "paused");
            vm.tell("created", "running");
            vm.qemu.send(told("BLOCK_JOB_ERROR", ",\"operation\":\"write\",\"action\":\"stop\""));
            vm.qemu.send(told("BLOCK_JOB_ERROR", ",\"operation\":\"read\",\"action\":\"report\""));
            vm.ioStatus("failed");
            vm.tell("paused");
            awaitCause(job, "I/O error (failed) on a write");
            vm.tell("running");
            await().until(() -> job.info().status() == JobStatus.RUNNING);
            assertThat(job.info().error()).isEmpty();
        }
    }

    /** Each pause gives reason to ask; the second answer knows no more of the operation than the first. */
    @Test
    void keepsTheOperationHoweverOftenQemuIsAsked() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            AtomicBoolean first = new AtomicBoolean(true);
            vm.on("query-block-jobs", got -> {
                List<Outgoing> answer = vm.usualAnswer(got);
                if (!first.getAndSet(false)) {
                    return answer;
                }
                vm.ioStatus("nospace");
                vm.tell("standby");
                vm.qemu.send(told("BLOCK_JOB_ERROR", ",\"operation\":\"read\",\"action\":\"report\""));
                await().until(() -> job.info().ioErrors() == 2); // so the pause before it has been heard of
                return answer;
            });
            vm.job("stream", "paused");
            vm.ioStatus("failed");
            vm.qemu.send(told("BLOCK_JOB_ERROR", ",\"operation\":\"write\",\"action\":\"stop\""));
            vm.tell("created", "running", "paused");
            await().until(() -> job.info().ioStatus().equals(Optional.of("nospace")));
            assertThat(job.info().error()).contains("I/O error (failed) on a write");
        }
    }
}
