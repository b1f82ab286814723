package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guest that writes faster than a copy, and copies that make its writes wait. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ActiveCopyTest {
    private static final long SLOWER_THAN_THE_GUEST = 8 * TestVm.MIB;
    private static final BlockJobOptions SMALL_WINDOW = BlockJobOptions.defaults()
            .withProgressInterval(Duration.ofMillis(100))
            .withConvergenceWindow(Duration.ofSeconds(1));

    private static CopyRequest copy(TestVm vm) {
        return CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2");
    }

    private static Facts facts(TestVm vm) {
        var job = vm.onlyJob();
        return new Facts(job.path("len").asLong(), job.path("ready").asBoolean());
    }

    private record Facts(long len, boolean ready) {}

    @Test
    void hintsThatACopyDoesNotConvergeAndConvergesWithSynchronousWritesThroughAChange() {
        try (TestVm vm = TestVm.start();
                BlockJobs jobs = BlockJobs.of(vm.client, SMALL_WINDOW)) {
            BlockJob job = TestVm.get(
                    jobs.start(copy(vm).withSettings(JobSettings.defaults().withSpeed(SLOWER_THAN_THE_GUEST))));
            job.onUpdate(info -> {});
            try (GuestWrites guest = new GuestWrites(vm, "disk0")) {
                long before = facts(vm).len();
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> job.info().progress().notConverging());
                assertThat(facts(vm).ready()).isFalse();
                assertThat(facts(vm).len()).isGreaterThan(before);
                assertThat(job.info().progress().growth()).isPositive();

                if (!vm.qemu.knows("block-job-change")) {
                    assertThat(ScriptedVm.failure(job.switchToActiveCopy()))
                            .isInstanceOf(BlockJobException.class)
                            .hasMessageContaining("this QEMU has no block-job-change")
                            .hasMessageContaining("start the copy with synchronous writes");
                    guest.stop();
                    TestVm.get(job.cancel());
                    return;
                }
                assertThat(vm.onlyJob().path("actively-synced").asBoolean()).isFalse();
                TestVm.get(job.switchToActiveCopy());
                assertThat(vm.onlyJob().path("actively-synced").asBoolean()).isTrue();
                assertThat(facts(vm).ready()).isTrue();
                assertPivotsWithTheLastWrite(vm, job, guest);
            }
        }
    }

    /** When the guest has written once more, the copy that the guest is switched to holds it. */
    private static void assertPivotsWithTheLastWrite(TestVm vm, BlockJob job, GuestWrites guest) {
        long then = guest.written();
        await().until(() -> guest.written() > then);
        int last = guest.stop();
        assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
        vm.shutDown();
        assertThat(vm.images.holds(vm.path("copy.qcow2"), "qcow2", last, 0, GuestWrites.EXTENT))
                .isTrue();
    }

    /** The same from the start, on every version. */
    @Test
    void convergesWithSynchronousWritesUnderLoad() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(copy(vm).withSynchronousWrites(true)
                    .withSettings(JobSettings.defaults().withSpeed(SLOWER_THAN_THE_GUEST)));
            try (GuestWrites guest = new GuestWrites(vm, "disk0")) {
                job.ready().orTimeout(1, TimeUnit.MINUTES).join();
                assertPivotsWithTheLastWrite(vm, job, guest);
            }
        }
    }

    @Test
    void refusesToChangeWhatIsNoCopy() {
        try (TestVm vm = TestVm.start()) {
            BlockJob commit = vm.start(CommitRequest.of("disk0"));
            TestVm.get(commit.ready());
            assertThat(ScriptedVm.failure(commit.switchToActiveCopy()))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessage(
                            "job " + commit.id() + " is no copy; QEMU can make the writes of no other job synchronous");
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("ready");
            TestVm.get(commit.pivot());
        }
    }

    @Test
    void tellsThatTheCopyEndedBeforeItWasInStep() {
        try (TestVm vm = TestVm.start()) {
            vm.assumeKnows("block-job-change");
            BlockJob job = vm.start(copy(vm).withSettings(JobSettings.defaults().withSpeed(1)));
            CompletableFuture<Void> change = job.switchToActiveCopy();
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("running");
            TestVm.get(job.cancel());
            assertThat(ScriptedVm.failure(change)).isInstanceOf(JobEndedException.class);
        }
    }

    /** QEMU's reply is no proof, and a lost reply no failure. */
    @Test
    void isInStepOnlyWhenQemuSaysSo() {
        AtomicBoolean synced = new AtomicBoolean();
        BlockJobOptions often = BlockJobOptions.defaults().withProgressInterval(Duration.ofMillis(20));
        try (ScriptedVm vm = ScriptedVm.start(io.github.qmp4j.QmpOptions.defaults(), often)) {
            // Schemas are shared by what QEMU answers here.
            vm.on("query-commands", Outgoing.reply("[{\"name\":\"block-job-change\"}]"));
            vm.on("query-qmp-schema", Outgoing.reply("""
                    [{"name":"block-job-change","meta-type":"command","arg-type":"0","ret-type":"0","allow-oob":false},
                     {"name":"0","meta-type":"object","members":[]}]"""));
            vm.on(
                    "query-block-jobs",
                    got -> List.of(Outgoing.reply(
                            "[{\"device\":\"j\",\"len\":8,\"offset\":4,\"speed\":0,\"actively-synced\":%s}]"
                                    .formatted(synced))));
            BlockJob job = vm.start(
                    CopyRequest.of("disk0", "/images/copy.qcow2", "qcow2").withSettings(ScriptedVm.J));
            vm.job("mirror", "ready");
            vm.tell("created", "running", "ready");
            CompletableFuture<Void> change = job.switchToActiveCopy();
            vm.qemu.awaitReceived("block-job-change", 1, Duration.ofMinutes(2));
            long asked = vm.count("query-block-jobs");
            await().until(() -> vm.count("query-block-jobs") > asked + 3);
            assertThat(change).isNotDone();
            synced.set(true);
            TestVm.get(change);
        }
    }
}
