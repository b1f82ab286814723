package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pull does under each policy when a sector of its base cannot be read. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PullErrorTest {
    private static final int EIO = 5;
    private static final int ENOSPC = 28;
    private static final long PLACE = 4 * TestVm.MIB;

    /** A chain on a raw base, so that the place on the disk and in the file are the same. */
    private static TestVm withUnreadableSector(int errno, boolean once) {
        return TestVm.start(nodes -> {
            Path raw = nodes.images().flatten(Path.of(nodes.path("base")), "qcow2", "base.raw");
            nodes.options.add("""
                    {"driver":"raw","node-name":"base","file":{"driver":"blkdebug","image":{"driver":"file","filename":"%s"},
                    "inject-error":[{"event":"read_aio","errno":%d,"once":%s,"immediately":false,"sector":%d}]}}""".formatted(raw, errno, once, PLACE / 512));
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        });
    }

    private static PullRequest pull(ErrorPolicy policy) {
        return PullRequest.of("disk0").withSettings(JobSettings.defaults().withOnError(policy));
    }

    private static List<JsonNode> errors(TestVm vm) {
        return vm.qemu.oracle().events().stream()
                .filter(event -> event.path("event").asText().equals("BLOCK_JOB_ERROR"))
                .map(event -> event.path("data"))
                .toList();
    }

    private static void assertFailed(TestVm vm, BlockJob job, long offset) {
        JobOutcome outcome = TestVm.get(job.outcome());
        assertThat(outcome.end()).isEqualTo(new End.Failed("Input/output error"));
        assertThat(outcome.progress().offset()).isEqualTo(offset);
        assertThat(outcome.released()).isEmpty();
        assertThat(vm.liveChain()).hasSize(4);
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.image("active"));
    }

    @Test
    void reportsTheErrorAndEndsWhereItHappened() {
        try (TestVm vm = withUnreadableSector(EIO, false)) {
            BlockJob job = vm.start(pull(ErrorPolicy.REPORT));
            TestVm.get(job.outcome());
            assertThat(job.info().ioErrors()).isOne();
            assertThat(errors(vm)).singleElement().satisfies(error -> {
                assertThat(error.path("operation").asText()).isEqualTo("read");
                assertThat(error.path("action").asText()).isEqualTo("report");
            });
            assertFailed(vm, job, PLACE);
        }
    }

    /** What could not be read is not there, so the backing files stay. */
    @Test
    void ignoresTheErrorToTheEndAndStillFails() {
        try (TestVm vm = withUnreadableSector(EIO, false)) {
            BlockJob job = vm.start(pull(ErrorPolicy.IGNORE));
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.progress().len()).isEqualTo(TestVm.SIZE);
            assertThat(errors(vm))
                    .isNotEmpty()
                    .allMatch(error -> error.path("action").asText().equals("ignore"));
            assertThat(job.info().ioErrors()).isEqualTo(errors(vm).size());
            assertFailed(vm, job, TestVm.SIZE);
        }
    }

    @Test
    void stopsAtTheErrorAndForgetsItWhenResumed() {
        try (TestVm vm = withUnreadableSector(EIO, true)) {
            BlockJob job = vm.start(pull(ErrorPolicy.STOP));
            awaitPaused(vm, job, "failed");
            assertThat(vm.onlyJob().path("offset").asLong()).isEqualTo(PLACE);
            TestVm.get(job.setSpeed(1));
            TestVm.get(job.resume());
            await().untilAsserted(() -> {
                assertThat(vm.onlyJob().path("io-status").asText()).isEqualTo("ok");
                assertThat(job.info().status()).isEqualTo(JobStatus.RUNNING);
            });
            assertThat(job.info().error()).isEmpty();
            TestVm.get(job.setSpeed(0));

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertThat(vm.liveChain()).containsExactly("active.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** Of a lack of space only. */
    @Test
    void stopsForWantOfSpaceAndForNothingElseWhereThePolicyIsEnospc() {
        try (TestVm vm = withUnreadableSector(EIO, false)) {
            assertFailed(vm, vm.start(pull(ErrorPolicy.ENOSPC)), PLACE);
        }
        try (TestVm vm = withUnreadableSector(ENOSPC, false)) {
            BlockJob job = vm.start(pull(ErrorPolicy.ENOSPC));
            awaitPaused(vm, job, "nospace");
            assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static void awaitPaused(TestVm vm, BlockJob job, String ioStatus) {
        await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PAUSED_ON_ERROR));
        assertThat(vm.onlyJob().path("io-status").asText()).isEqualTo(ioStatus);
    }
}
