package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that do not fit are refused with a sentence, and nothing was started. */
@QemuVersions
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RefusalTest {
    private static void assertRefused(TestVm vm, BlockJobRequest request, String sentence) {
        assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                .isInstanceOf(BlockJobException.class)
                .hasMessageContaining(sentence);
        vm.assertNoJobsLeft();
        assertThat(vm.ask("query-named-block-nodes"))
                .noneMatch(node -> node.path("node-name").asText().startsWith("probe-"));
        assertThat(vm.qemu.oracle().events())
                .noneMatch(event -> event.path("event").asText().equals("JOB_STATUS_CHANGE"));
    }

    @Test
    void refusesWhatDoesNotFitTheChain() {
        // case 42
        try (TestVm vm = TestVm.start()) {
            CommitRequest commit = CommitRequest.of("disk0");
            assertRefused(vm, PullRequest.of("disk7"), "there is no disk 'disk7'; this QEMU has disk0");
            assertRefused(
                    vm, PullRequest.of("snap1"), "'snap1' is no disk but lies in the backing chain of disk disk0");
            assertRefused(vm, PullRequest.of("disk0").base("nope"), "base 'nope' is not in the chain");
            assertRefused(vm, PullRequest.of("disk0").base("active"), "the active layer of disk disk0 itself");
            assertRefused(vm, commit.top("snap1").base("snap2"), "base 'snap2' is not below top 'snap1'");
            assertRefused(vm, commit.base("active"), "is not below top 'active'");
            assertRefused(vm, commit.top("base"), "is not below top 'base'");
            assertRefused(vm, commit.top("snap2").base("base").intoBackingNode(), "goes into its backing node 'snap1'");
        }
    }

    @Test
    void refusesADiskWithoutABackingNodeForACommit() {
        try (TestVm vm = TestVm.start(nodes -> nodes.qcow2("active", null))) {
            assertRefused(vm, CommitRequest.of("disk0"), "has no backing node");
        }
    }

    /** P38: QEMU would overwrite it. */
    @Test
    void refusesATargetThatOnlyQemuCanTellIsThere() {
        try (TestVm vm = TestVm.start()) {
            assertRefused(vm, CopyRequest.of("disk0", vm.image("snap1").toString(), "qcow2"), "exists");
            assertRefused(vm, CopyRequest.of("disk0", vm.folderName(), "qcow2"), "exists");
        }
        assertThatThrownBy(() -> CopyRequest.of("disk0", "nbd:unix:x", "qcow2")).hasMessageContaining("absolute path");
        assertThatThrownBy(() -> CopyRequest.of("disk0", "/dev//fdset/3", "raw"))
                .hasMessageContaining("sets of descriptors");
        assertThatThrownBy(() -> CopyRequest.of("disk0", "/x", " ")).hasMessageContaining("needs the format");
    }

    /** P51: for the driver file a block device looks like a path that is not there. */
    @Test
    void refusesATargetThatIsABlockDevice() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on(
                    "blockdev-add",
                    got -> List.of(
                            got.arguments().path("driver").asText().equals("host_device")
                                    ? Outgoing.reply()
                                    : ScriptedVm.refusal("'file' driver requires '/dev/x' to be a regular file")));

            assertThat(ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", "/images/x", "raw"))))
                    .hasMessageContaining("exists");
            assertThat(vm.count("drive-mirror")).isZero();
            assertThat(vm.count("blockdev-del")).isOne();
        }
    }

    @Test
    void leavesNoProbeBehindThatIsAddedTooLate() {
        try (ScriptedVm vm = ScriptedVm.start(
                io.github.qmp4j.QmpOptions.with(o -> o.blockCommandTimeout = java.time.Duration.ofMillis(300)))) {
            vm.on("blockdev-add");
            ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", "/no/such/copy.qcow2", "qcow2")));
            assertThat(vm.qemu
                            .awaitReceived("blockdev-del", 1, java.time.Duration.ofSeconds(10))
                            .name())
                    .isEqualTo("blockdev-del");
        }
    }

    @Test
    void refusesAnUnplainNameOfTheBaseForAHeader() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.failing("base", null, "write_aio", 5, false);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("active", "snap1");
        })) {
            assertRefused(vm, PullRequest.of("disk0").base("base"), "no plain file name");
        }
    }
}
