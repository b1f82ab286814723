package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies to nodes of the caller and to block devices. */
@QemuVersions
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class CopyTargetTest {
    private static void add(TestVm vm, String node, Path file, String backing) {
        vm.ask(
                "blockdev-add",
                "{\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":%s,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                        .formatted(node, backing, file));
    }

    private static CopyRequest to(String node) {
        return CopyRequest.of("disk0", new CopyTarget.Node(node));
    }

    @Test
    void pivotsToANodeOfTheCaller() {
        try (TestVm vm = TestVm.start()) {
            add(vm, "target", vm.images.create("copy.qcow2", "qcow2", TestVm.SIZE), "null");
            JobOutcome outcome = TestVm.get(vm.start(to("target")).pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(vm.liveChain()).containsExactly("copy.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @Test
    void copiesTheActiveLayerToANodeAndLeavesItToTheCaller() {
        try (TestVm vm = TestVm.start()) {
            add(vm, "target", vm.images.overlay("copy.qcow2", vm.image("snap2"), "qcow2"), "\"snap2\"");
            JobOutcome outcome =
                    TestVm.get(vm.start(to("target").ofActiveLayerOnly()).finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).isEmpty();
            vm.ask("blockdev-del", "{\"node-name\":\"target\"}");
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    /** A54, A22. */
    @Test
    void refusesANodeThatDoesNotStandWhereTheCopyWill() {
        try (TestVm vm = TestVm.start()) {
            add(vm, "plain", vm.images.create("plain.qcow2", "qcow2", TestVm.SIZE), "null");
            add(vm, "small", vm.images.create("small.qcow2", "qcow2", TestVm.MIB), "null");
            add(vm, "cut", vm.images.overlay("cut.qcow2", vm.image("snap2"), "qcow2"), "null");
            add(vm, "over", vm.images.overlay("over.qcow2", vm.image("base"), "qcow2"), "\"base\"");
            assertRefused(vm, to("nope"), "there is no node 'nope'");
            assertRefused(vm, to("small"), "has 1048576 bytes");
            assertRefused(vm, to("snap1"), "is a node of disk disk0 itself");
            assertRefused(vm, to("plain").ofActiveLayerOnly(), "names none as its backing file");
            assertRefused(
                    vm, to("cut").ofActiveLayerOnly(), "has 'nothing' below it where the copy has to stand on snap2");
            assertRefused(vm, to("over").ofActiveLayerOnly(), "will stand on " + vm.image("snap2"));
            assertRefused(vm, to("over"), "will stand on none");
            vm.assertNoJobsLeft();
        }
    }

    private static void assertRefused(TestVm vm, CopyRequest request, String sentence) {
        assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(sentence);
    }

    /** A loop device needs rights that not everybody has, so this is skipped where there are none. */
    @Test
    void copiesToABlockDeviceOfTheSameSize() throws IOException {
        try (TestVm vm = TestVm.start();
                LoopDevice right = LoopDevice.over(vm.path("right.img"), TestVm.SIZE);
                LoopDevice large = LoopDevice.over(vm.path("large.img"), TestVm.SIZE + TestVm.MIB)) {
            assumeTrue(right.works() && large.works(), "A21: no loop device can be had here");
            int nodes = vm.ask("query-named-block-nodes").size();
            assertRefused(vm, onto(large), "has 68157440 bytes and disk disk0 has 67108864");
            assertRefused(vm, CopyRequest.of("disk0", right.path(), "raw"), "exists");
            assertRefused(vm, CopyRequest.of("disk0", right.path(), "raw").ontoExistingFile(), "is no regular file");

            JobOutcome outcome = TestVm.get(vm.start(onto(right)).finishWithoutPivot());
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(vm.ask("query-named-block-nodes")).hasSize(nodes);
            assertThat(TestVm.get(vm.start(onto(right)).pivot()).pivoted()).isTrue();
            assertThat(vm.activeFile()).isEqualTo(right.path());
            vm.shutDown();
            assertThat(vm.images.identical(vm.before, "raw", Path.of(right.path()), "raw"))
                    .isTrue();
        }
    }

    private static CopyRequest onto(LoopDevice device) {
        return CopyRequest.of("disk0", new CopyTarget.BlockDevice(device.path(), "raw"));
    }

    /** A block device over a file; without rights there is none. */
    private record LoopDevice(String path) implements AutoCloseable {
        static LoopDevice over(Path file, long bytes) throws IOException {
            try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
                made.setLength(bytes);
            }
            return new LoopDevice(losetup("-f", "--show", file.toString()));
        }

        boolean works() {
            return path.startsWith("/dev/");
        }

        private static String losetup(String... arguments) throws IOException {
            java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of("losetup"));
            command.addAll(java.util.List.of(arguments));
            try {
                Process process = new ProcessBuilder(command).start();
                return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                        .strip();
            } catch (IOException noSuchProgram) {
                return "";
            }
        }

        @Override
        public void close() throws IOException {
            if (works()) {
                losetup("-d", path);
            }
        }
    }
}
