package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that do not fit are refused with a sentence, and nothing was started. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
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
            assertRefused(vm, PullRequest.of("disk0").withBase("nope"), "base 'nope' is not in the chain");
            assertRefused(vm, PullRequest.of("disk0").withBase("active"), "the active layer of disk disk0 itself");
            assertRefused(vm, commit.withTop("snap1").withBase("snap2"), "base 'snap2' is not below top 'snap1'");
            assertRefused(vm, commit.withBase("active"), "is not below top 'active'");
            assertRefused(vm, commit.withTop("base"), "is not below top 'base'");
            assertRefused(
                    vm,
                    commit.withTop("snap2").withBase("base").withShallow(true),
                    "goes into its backing node 'snap1'");
        }
    }

    @Test
    void refusesADiskWithoutABackingNodeForACommit() {
        try (TestVm vm = TestVm.start(nodes -> nodes.qcow2("active", null))) {
            assertRefused(vm, CommitRequest.of("disk0"), "has no backing node");
        }
    }

    /** QEMU would overwrite it. */
    @Test
    void refusesATargetThatOnlyQemuCanTellIsThere() {
        try (TestVm vm = TestVm.start()) {
            assertRefused(vm, CopyRequest.of("disk0", vm.image("snap1").toString(), "qcow2"), "exists");
            assertRefused(vm, CopyRequest.of("disk0", vm.folderName(), "qcow2"), "exists");
        }
        assertThatThrownBy(() -> CopyRequest.of("disk0", "nbd:unix:x", "qcow2")).hasMessageContaining("absolute path");
        assertThatThrownBy(() -> CopyRequest.of("disk0", "/x", " ")).hasMessageContaining("needs the format");
    }

    /** QEMU takes the first apart, and has the others open itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dev/fdset/3",
                "/dev//fdset/3\n",
                "//dev/./fdset/3",
                "/x/../dev/fdset/3",
                "/dev/fd/5",
                "/dev/stdout",
                "/proc/self/fd/3",
                "/proc/7/task/7/fd/3",
                "/proc/x/../self/fd/3"
            })
    void refusesADescriptorOfQemuAsATarget(String path) {
        assertThatThrownBy(() -> CopyRequest.of("disk0", path, "raw")).hasMessageContaining("one of its descriptors");
        assertThatThrownBy(() -> new CopyTarget.BlockDevice(path, "raw")).hasMessageContaining("descriptors");
        assertThatThrownBy(() -> new CopyTarget.File("/sys/x", "raw")).hasMessageContaining("the kernel shows itself");
        assertThat(new CopyTarget.File("/dev/fdsets/3", "raw").path()).isEqualTo("/dev/fdsets/3");
    }

    /** What QEMU may write but not read is there too; it says of it what it says of nothing else. */
    @Test
    void refusesATargetOfWhichQemuSaysAnythingElseThanOfAMissingOne() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("blockdev-add", got -> {
                String path = got.arguments().path("filename").asText();
                String why = path.equals("/images/copy.qcow2") ? "Permission denied" : "No such file or directory";
                return List.of(ScriptedVm.refusal("Could not open '%s': %s".formatted(path, why)));
            });
            assertThat(ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", "/images/copy.qcow2", "qcow2"))))
                    .hasMessageContaining("may exist, since QEMU says of it: Could not open")
                    .hasMessageContaining("Permission denied");
            assertThat(vm.count("drive-mirror")).isZero();
        }
    }

    /** For the driver file a block device looks like a path that is not there. */
    @Test
    void refusesATargetThatIsABlockDevice() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on(
                    "blockdev-add",
                    got -> List.of(
                            got.arguments().path("driver").asText().equals("host_device")
                                    ? Outgoing.reply()
                                    : ScriptedVm.refusal("'file' driver requires a regular file")));

            assertThat(ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", "/images/x", "raw"))))
                    .hasMessageContaining("exists");
            assertThat(vm.count("drive-mirror")).isZero();
            assertThat(vm.count("blockdev-del")).isOne();
        }
    }

    @Test
    void leavesNoProbeBehindThatIsAddedTooLate() {
        try (ScriptedVm vm = ScriptedVm.start(
                io.github.qmp4j.QmpOptions.defaults().withBlockCommandTimeout(java.time.Duration.ofMillis(300)))) {
            vm.on("blockdev-add");
            ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", "/no/such/copy.qcow2", "qcow2")));
            assertThat(vm.qemu
                            .awaitReceived("blockdev-del", 1, java.time.Duration.ofMinutes(2))
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
            assertRefused(vm, PullRequest.of("disk0").withBase("base"), "no plain file name");
        }
    }
}
