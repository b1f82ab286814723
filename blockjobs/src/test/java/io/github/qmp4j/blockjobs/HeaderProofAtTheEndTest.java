package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to the overlay of a commit while that runs is found before its header is rewritten. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HeaderProofAtTheEndTest {
    private static final CommitRequest SLOW = CommitRequest.of("disk0")
            .withTop("snap1")
            .withBase("base")
            .withSettings(JobSettings.defaults().withSpeed(1 << 20));

    private interface Harm {
        void to(Path overlay) throws Exception;
    }

    /** Harms the overlay while the job runs, and mends it when the job has ended. */
    private static void assertFails(TestVm vm, Harm harm, Harm mend) throws Exception {
        Path overlay = vm.image("snap2");
        BlockJob job = vm.start(SLOW);
        harm.to(overlay);
        JobOutcome outcome;
        try {
            TestVm.get(job.setSpeed(0));
            outcome = TestVm.get(job.outcome());
        } finally {
            mend.to(overlay);
        }
        assertThat(outcome.end()).isInstanceOf(JobOutcome.End.Failed.class);
        assertThat(outcome.error().orElseThrow()).contains("snap2");
        assertThat(outcome.released()).isEmpty();
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
    }

    @Test
    void anOverlayThatIsRenamedMeanwhileLetsTheJobFail() throws Exception {
        try (TestVm vm = TestVm.start(HeaderProofTest::readOnlyBelow)) {
            Path away = vm.path("away");
            assertFails(vm, overlay -> Files.move(overlay, away), overlay -> Files.move(away, overlay));
            assertThat(vm.run(SLOW.withSettings(JobSettings.defaults())).completed())
                    .isTrue();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void anOverlayThatBecomesImmutableMeanwhileLetsTheJobFail() throws Exception {
        try (TestVm vm = TestVm.start(HeaderProofTest::readOnlyBelow)) {
            assumeTrue(HeaderProofTest.chattr("+i", vm.path("before.raw")), "only root can make a file immutable");
            HeaderProofTest.chattr("-i", vm.path("before.raw"));
            assertFails(
                    vm,
                    overlay -> HeaderProofTest.chattr("+i", overlay),
                    overlay -> HeaderProofTest.chattr("-i", overlay));
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void anOverlayThatAnotherProcessReadsMeanwhileLetsTheJobFail() throws Exception {
        try (TestVm vm = TestVm.start(HeaderProofTest::readOnlyBelow)) {
            RealQemu[] reader = new RealQemu[1];
            assertFails(vm, overlay -> reader[0] = HeaderProofTest.reader(overlay), overlay -> reader[0].close());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** EIO, as from a storage that has gone away. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOverlayWhoseStorageHasGoneMeanwhileLetsTheJobFail(boolean readOnly) throws Exception {
        Storage storage = new Storage();
        try (TestVm vm = TestVm.start(nodes -> storage.under("snap2", nodes, readOnly))) {
            BlockJob job = vm.start(SLOW);
            storage.goAway();
            TestVm.get(job.setSpeed(0));
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.end()).isInstanceOf(JobOutcome.End.Failed.class);
            vm.assertNoJobsLeft();
            assertThat(vm.ask("query-status").isObject()).isTrue();
            vm.assertUnchanged(vm.image("active"));
        } finally {
            storage.goAway();
        }
    }

    /** Here change-backing-file itself would kill QEMU. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOverlayWhoseStorageHasGoneIsRefusedAtTheStart(boolean readOnly) {
        Storage storage = new Storage();
        try (TestVm vm = TestVm.start(nodes -> storage.under("snap2", nodes, readOnly))) {
            storage.goAway();
            assertThat(ScriptedVm.failure(vm.jobs.start(SLOW)))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContainingAll("the header of 'snap2'", "Input/output error");
            assertThat(vm.ask("query-status").isObject()).isTrue();
            vm.assertNoJobsLeft();
        }
    }

    /** An NBD server under one image of the chain, that can be killed. */
    private static final class Storage {
        private @Nullable Process server;

        void under(String image, Nodes nodes, boolean readOnly) {
            Path socket = nodes.images().folder().resolve("nbd");
            try {
                server = new ProcessBuilder(
                                "qemu-nbd", "-t", "-e", "4", "-f", "raw", "-k", socket.toString(), nodes.path(image))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            await().until(() -> Files.exists(socket));
            nodes.readOnly("base", null);
            nodes.readOnly("snap1", "base");
            nodes.options.add(
                    "{\"driver\":\"qcow2\",\"node-name\":\"snap2\",\"read-only\":%s,\"backing\":\"snap1\",\"file\":{\"driver\":\"nbd\",\"server\":{\"type\":\"unix\",\"path\":\"%s\"}}}"
                            .formatted(readOnly, socket));
            nodes.qcow2("active", "snap2");
        }

        void goAway() {
            if (server != null) {
                server.destroyForcibly().onExit().join();
            }
        }
    }

    /** A header with a relative name is proved only here. */
    @Test
    void aRelativeHeaderIsProvedToo() throws Exception {
        try (TestVm vm = TestVm.startRelative()) {
            Path away = vm.path("away");
            BlockJob job = vm.start(CommitRequest.of("drive0")
                    .withTop("snap1.qcow2")
                    .withBase("base.qcow2")
                    .withSettings(JobSettings.defaults().withSpeed(1 << 20)));
            Files.move(vm.image("snap2"), away);
            TestVm.get(job.setSpeed(0));
            JobOutcome outcome = TestVm.get(job.outcome());
            Files.move(away, vm.image("snap2"));

            assertThat(outcome.end()).isInstanceOf(JobOutcome.End.Failed.class);
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** As {@code qmpctl wait} does with a job that was detached: on 5.2, 7.2, 10.0 and 11.1 it killed QEMU. */
    @Test
    void anOverlayThatIsRenamedLetsAJobFailThatIsAdoptedInPending() throws Exception {
        try (TestVm vm = TestVm.start(HeaderProofTest::readOnlyBelow)) {
            vm.ask(
                    "block-commit",
                    "{\"job-id\":\"met\",\"device\":\"active\",\"top-node\":\"snap1\",\"base-node\":\"base\",\"backing-file\":\"%s\",\"auto-finalize\":false,\"auto-dismiss\":false}"
                            .formatted(vm.image("base")));
            assertFailsWhenAdopted(vm);
            assertThat(vm.run(SLOW.withSettings(JobSettings.defaults())).completed())
                    .isTrue();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static void assertFailsWhenAdopted(TestVm vm) throws Exception {
        await().until(() -> vm.ask("query-jobs").get(0).path("status").asText(), status -> status.equals("pending"));
        Path away = vm.path("away");
        Files.move(vm.image("snap2"), away);
        JobOutcome outcome;
        try {
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("met"))).orElseThrow();
            outcome = TestVm.get(job.outcome());
        } finally {
            Files.move(away, vm.image("snap2"));
        }
        assertThat(outcome.end()).as("%s", outcome).isInstanceOf(JobOutcome.End.Failed.class);
        assertThat(outcome.error().orElseThrow()).contains("job met ends by rewriting the header of 'snap2'");
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
    }

    /** It is refused to our own jobs, but another client may have started one. */
    @Test
    void anotherClientsCommitBelowAFixedHeaderIsNotFinalized() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            HeaderProofTest.smallChain(nodes, "vmdk");
        })) {
            vm.ask(
                    "block-commit",
                    "{\"job-id\":\"met\",\"device\":\"small2\",\"top-node\":\"small1\",\"base-node\":\"small0\",\"auto-finalize\":false,\"auto-dismiss\":false}");
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("met"))).orElseThrow();
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.error().orElseThrow()).contains("cannot rewrite a header of the format vmdk");
            vm.assertNoJobsLeft();
            assertThat(vm.ask("query-status").isObject()).isTrue();
        }
    }
}
