package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that wait in PENDING until they are finalized. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FinalizeTest {
    private static final JobSettings MANUAL = JobSettings.defaults().withManualFinalize(true);

    private static void awaitPending(TestVm vm, BlockJob job) {
        await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.PENDING));
        assertThat(vm.onlyJob().path("status").asText()).isEqualTo("pending");
        await().during(300, TimeUnit.MILLISECONDS).until(() -> !job.outcome().isDone());
    }

    @Test
    void waitsInPendingUntilAPullIsFinalized() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(MANUAL));
            awaitPending(vm, job);
            assertThat(vm.liveChain()).hasSize(4);

            assertThat(TestVm.get(job.finalizeJob()).completed()).isTrue();
            assertThat(vm.liveChain()).containsExactly("active.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The verb may come first, as a pivot may. */
    @Test
    void finalizesACommitBelowTheActiveLayerWhenItIsPending() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(
                    CommitRequest.of("disk0").withTop("snap2").withBase("base").withSettings(MANUAL.withSpeed(1)));
            CompletableFuture<JobOutcome> finalized = job.finalizeJob();
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("running");
            TestVm.get(job.setSpeed(0));

            assertThat(TestVm.get(finalized).completed()).isTrue();
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "base.qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void cancelsAJobThatIsPending() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0").withSettings(MANUAL));
            awaitPending(vm, job);
            assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
            assertThat(vm.liveChain()).hasSize(4);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** In PENDING it could lose what the guest writes. */
    @Test
    void isRefusedForWhatBecomesReady() {
        try (TestVm vm = TestVm.start()) {
            String target = vm.path("copy.qcow2").toString();
            for (BlockJobRequest request : List.of(
                    CommitRequest.of("disk0").withSettings(MANUAL),
                    CopyRequest.of("disk0", target, "qcow2").withSettings(MANUAL))) {
                assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining("cannot wait to be finalized")
                        .hasMessageContaining("hold it at READY");
            }
            vm.assertNoJobsLeft();
            assertThat(Files.exists(vm.path("copy.qcow2"))).isFalse();
        }
    }

    @Test
    void isRefusedForAJobThatFinalizesItself() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withSpeed(1)));
            assertThat(ScriptedVm.failure(job.finalizeJob()))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining("finalizes itself");
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("running");
            TestVm.get(job.cancel());
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"active\",\"speed\":1,\"auto-dismiss\":false}");
            BlockJob met = TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
            assertThat(ScriptedVm.failure(met.finalizeJob())).hasMessageContaining("finalizes itself");
            TestVm.get(met.cancel());
        }
    }

    /** Of jobs that somebody else has grouped, one is enough for both. */
    @Test
    void finalizesAllOfAGroupByOneOfThem() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        })) {
            for (String target : List.of("t0", "t1")) {
                vm.ask(
                        "blockdev-add",
                        "{\"driver\":\"null-co\",\"node-name\":\"%s\",\"size\":%d,\"read-zeroes\":true}"
                                .formatted(target, TestVm.SIZE));
            }
            vm.ask("transaction", """
                    {"properties":{"completion-mode":"grouped"},"actions":[
                     {"type":"blockdev-backup","data":{"job-id":"b0","device":"active","target":"t0","sync":"full",
                      "auto-finalize":false,"auto-dismiss":false}},
                     {"type":"blockdev-backup","data":{"job-id":"b1","device":"other","target":"t1","sync":"full",
                      "auto-finalize":false,"auto-dismiss":false}}]}""");
            BlockJob first = TestVm.get(vm.jobs.adopt(new JobId("b0"))).orElseThrow();
            BlockJob second = TestVm.get(vm.jobs.adopt(new JobId("b1"))).orElseThrow();
            await().until(() -> second.info().status() == JobStatus.PENDING);
            assertThat(vm.ask("query-jobs").findValuesAsText("status")).containsOnly("pending");

            assertThat(TestVm.get(first.finalizeJob()).completed()).isTrue();
            assertThat(TestVm.get(second.outcome()).completed()).isTrue();
            assertThat(TestVm.get(second.finalizeJob()).completed()).isTrue();
            vm.assertNoJobsLeft();
        }
    }

    @Test
    void doesNotTakeTheReplyForASuccess() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(ScriptedVm.PULL.withSettings(ScriptedVm.J.withManualFinalize(true)));
            vm.job("stream", "pending");
            vm.tell("created", "running", "waiting", "pending");
            CompletableFuture<JobOutcome> finalized = job.finalizeJob();
            vm.qemu.awaitReceived("job-finalize", 1, Duration.ofMinutes(2));
            assertThat(finalized).isNotDone();
            vm.job("stream", "concluded", "Invalid argument");
            vm.tell("aborting");
            vm.qemu.send(ScriptedVm.failed("Invalid argument"));
            vm.tell("concluded");

            assertThat(TestVm.get(finalized).end()).isEqualTo(new End.Failed("Invalid argument"));
            assertThat(vm.qemu.received())
                    .filteredOn(got -> got.name().equals("block-stream"))
                    .singleElement()
                    .satisfies(got -> assertThat(
                                    got.arguments().path("auto-finalize").asBoolean(true))
                            .isFalse());
        }
    }

    @Test
    void failsWhereQemuRefuses() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on(
                    "job-finalize",
                    ScriptedVm.refusal("Job 'j' in state 'running' cannot accept command verb 'finalize'"));
            BlockJob job = vm.start(ScriptedVm.PULL.withSettings(ScriptedVm.J.withManualFinalize(true)));
            vm.job("stream", "pending");
            vm.tell("created", "running", "waiting", "pending");
            assertThat(ScriptedVm.failure(job.finalizeJob())).hasMessageContaining("cannot accept command verb");
            assertThat(job.outcome()).isNotDone();
            vm.on("job-finalize", Outgoing.reply());
            vm.job("stream", "concluded");
            vm.chain("active");
            vm.tell("concluded");
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
        }
    }
}
