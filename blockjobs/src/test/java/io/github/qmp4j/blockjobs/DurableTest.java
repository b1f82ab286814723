package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told to be done is on disk: QEMU is killed at once, as by the host's failure or its own. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DurableTest {
    private static BlockJobRequest request(String kind, String disk, String copy) {
        return switch (kind) {
            case "pull" -> PullRequest.of(disk);
            case "pull to a base" -> PullRequest.of(disk).withBase("snap1");
            case "pull into the middle" -> PullRequest.of(disk).withInto("snap2");
            case "commit" -> CommitRequest.of(disk).withTop("snap2").withBase("snap1");
            case "active commit" -> CommitRequest.of(disk).withWhenReady(WhenReady.PIVOT);
            default -> CopyRequest.of(disk, copy, "qcow2").withWhenReady(WhenReady.PIVOT);
        };
    }

    private static String result(String kind) {
        return switch (kind) {
            case "active commit" -> "base.qcow2";
            case "copy" -> "copy.qcow2";
            default -> "active.qcow2";
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"pull", "pull to a base", "pull into the middle", "commit", "active commit", "copy"})
    void losesNothingThatIsDoneWhenQemuIsKilled(String kind) {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome =
                    vm.run(request(kind, "disk0", vm.path("copy.qcow2").toString()));
            vm.qemu.kill();
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.assertUnchanged(vm.path(result(kind)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pull", "pull to a base", "pull into the middle", "commit", "active commit", "copy"})
    void losesNothingThatIsDoneWhenTheDaemonIsKilled(String kind) {
        try (TestDaemon qsd = TestDaemon.start()) {
            JobOutcome outcome =
                    qsd.run(request(kind, "active", qsd.path("copy.qcow2").toString()));
            qsd.daemon.kill();
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            qsd.assertUnchanged(qsd.path(result(kind)));
        }
    }

    /** A job that somebody else has started, and that is adopted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "block-stream\",\"arguments\":{\"device\":\"active\"",
                "block-commit\",\"arguments\":{\"device\":\"active\",\"top-node\":\"snap2\",\"base-node\":\"snap1\""
            })
    void losesNothingOfAJobThatIsAdopted(String start) {
        try (TestVm vm = TestVm.start()) {
            String[] parts = start.split("\",\"arguments\":", -1);
            vm.ask(parts[0], parts[1] + ",\"job-id\":\"theirs\",\"speed\":1048576,\"auto-dismiss\":false}");
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
            TestVm.get(job.setSpeed(0));
            JobOutcome outcome = TestVm.get(job.outcome());
            vm.qemu.kill();
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** What has QEMU flush changes nothing. */
    @Test
    void leavesTheNodeAsItIs() {
        try (TestVm vm = TestVm.start()) {
            vm.run(PullRequest.of("disk0").withBase("snap1"));
            assertThat(TestVm.get(vm.client.execute(QmpCommand.of("query-block")))
                            .get(0)
                            .path("inserted")
                            .path("ro")
                            .asBoolean())
                    .isFalse();
            assertThat(vm.liveChain()).containsExactly("active.qcow2", "snap1.qcow2", "base.qcow2");
            vm.qemu.guestWrite("disk0", 9, 0, 65536);
            await().untilAsserted(() -> assertThat(vm.qemu.stderr()).contains("wrote 65536/65536 bytes"));
            vm.shutDown();
            assertThat(vm.images.holds(vm.image("active"), "qcow2", 9, 0, 65536))
                    .isTrue();
        }
    }
}
