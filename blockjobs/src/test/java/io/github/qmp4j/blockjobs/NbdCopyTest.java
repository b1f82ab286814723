package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import io.github.qmp4j.testkit.RealQemuBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A copy to the NBD server of another QEMU. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NbdCopyTest {
    private static final Duration PROMPTLY = Duration.ofMinutes(2);

    private static RealQemu serving(String node, Path socket, RealQemuBuilder builder) {
        RealQemu server = builder.start();
        server.oracle().execute("nbd-server-start", """
                {"addr":{"type":"unix","data":{"path":"%s"}}}""".formatted(socket));
        server.oracle().execute("block-export-add", """
                {"type":"nbd","id":"e","node-name":"%s","name":"e","writable":true}""".formatted(node));
        return server;
    }

    /** The client side waits for the server to come back, so long: QEMU 5.2 cancels no request that waits for that. */
    private static BlockJob copy(TestVm vm, Path socket, JobSettings settings) {
        int seconds = Release.of(vm.qemu).isBefore(Release.V7_2) ? 1 : 60;
        vm.ask("blockdev-add", """
                {"driver":"nbd","node-name":"copy","server":{"type":"unix","path":"%s"},"export":"e","reconnect-delay":%d}""".formatted(socket, seconds));
        return vm.start(CopyRequest.of("disk0", new CopyTarget.Node("copy")).withSettings(settings));
    }

    @Test
    void cancelsPromptlyWhenTheServerIsGone() {
        try (TestVm vm = TestVm.start();
                RealQemu server = serving(
                        "remote",
                        vm.path("nbd.sock"),
                        RealQemu.builder()
                                .machine("none")
                                .blockdev("driver=null-co,node-name=remote,size=" + TestVm.SIZE))) {
            BlockJob job = copy(vm, vm.path("nbd.sock"), JobSettings.defaults().withSpeed(TestVm.MIB));
            server.kill();
            TestVm.get(job.setSpeed(0));

            assertThat(job.cancel()).succeedsWithin(PROMPTLY).satisfies(outcome -> {
                assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
                assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            });
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** The guest moves away with its disk; the job is finished when the guest stands still. */
    @Test
    void finishesACopyInTheMidstOfAMigration() {
        try (TestVm vm = TestVm.start()) {
            Path moved = vm.images.create("moved.raw", "raw", TestVm.SIZE);
            Path incoming = vm.path("incoming.sock");
            try (RealQemu destination = serving(
                    "active",
                    vm.path("nbd.sock"),
                    RealQemu.builder()
                            .disk("disk0", "active", moved, "raw")
                            .arguments("-incoming", "unix:" + incoming))) {
                BlockJob job = copy(vm, vm.path("nbd.sock"), JobSettings.defaults());
                TestVm.get(job.ready());
                vm.ask("migrate-set-capabilities", """
                        {"capabilities":[{"capability":"pause-before-switchover","state":true}]}""");
                vm.ask("migrate", "{\"uri\":\"unix:" + incoming + "\"}");
                awaitMigration(vm, "pre-switchover");
                JobOutcome outcome = TestVm.get(job.finishWithoutPivot());
                vm.ask("migrate-continue", "{\"state\":\"pre-switchover\"}");
                awaitMigration(vm, "completed");

                assertThat(outcome.completed()).as("%s", outcome).isTrue();
                assertThat(outcome.head()).isEqualTo(Head.SOURCE);
                vm.assertNoJobsLeft();
                destination.oracle().execute("quit");
                assertThat(destination.awaitEnd(Duration.ofSeconds(20))).isTrue();
            }
            vm.shutDown();
            assertThat(vm.images.identical(vm.before, "raw", moved, "raw")).isTrue();
        }
    }

    private static void awaitMigration(TestVm vm, String status) {
        await().until(() -> vm.ask("query-migrate").path("status").asText().equals(status));
    }
}
