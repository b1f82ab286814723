package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.qmp4j.blockjobs.JobOutcome.Head;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies to block devices, on the installed QEMU only, since a container has none of this machine's devices. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class LoopDeviceTest {

    /** A loop device needs rights that not everybody has, so this is skipped where there are none. */
    @Test
    void copiesToABlockDeviceOfTheSameSize() throws IOException {
        try (TestVm vm = TestVm.start();
                LoopDevice right = LoopDevice.over(vm.path("right.img"), TestVm.SIZE);
                LoopDevice large = LoopDevice.over(vm.path("large.img"), TestVm.SIZE + TestVm.MIB)) {
            assumeTrue(right.works() && large.works(), "no loop device can be had here");
            int nodes = vm.ask("query-named-block-nodes").size();
            CopyTargetTest.assertRefused(vm, onto(large), "has 68157440 bytes and disk disk0 has 67108864");
            CopyTargetTest.assertRefused(vm, CopyRequest.of("disk0", right.path(), "raw"), "exists");
            CopyTargetTest.assertRefused(
                    vm, CopyRequest.of("disk0", right.path(), "raw").withReuseExternal(true), "is no regular file");

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

    /** QEMU would write over the file system, and say that all went well. */
    @Test
    void copiesToNoBlockDeviceThatIsMountedAndToNoFileOfALoopDevice() throws IOException {
        try (TestVm vm = TestVm.start();
                LoopDevice device = LoopDevice.over(vm.path("mounted.img"), TestVm.SIZE);
                BlockJobs jobs =
                        BlockJobs.of(vm.client, BlockJobOptions.defaults().withFiles(FileAccess.local()))) {
            assumeTrue(device.works(), "no loop device can be had here");
            Path file = vm.path("mounted.img");
            CopyRequest ontoFile =
                    CopyRequest.of("disk0", file.toString(), "raw").withReuseExternal(true);
            assertThat(ScriptedVm.failure(jobs.start(ontoFile)))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("the target '%s' is the file of the loop device loop".formatted(file));
            said("mkfs.ext4", "-q", device.path());
            Path folder = Files.createDirectory(vm.path("mnt"));
            said("mount", device.path(), folder.toString());
            try {
                assumeTrue(Files.exists(folder.resolve("lost+found")), "nothing can be mounted here");
                assertThat(ScriptedVm.failure(jobs.start(onto(device))))
                        .isInstanceOf(BlockChainException.class)
                        .hasMessageContaining(
                                "the target '%s' is mounted at '%s' on this machine".formatted(device.path(), folder));
            } finally {
                said("umount", folder.toString());
            }
            assertThat(TestVm.get(TestVm.get(jobs.start(onto(device))).finishWithoutPivot())
                            .completed())
                    .isTrue();
        }
    }

    private static CopyRequest onto(LoopDevice device) {
        return CopyRequest.of("disk0", new CopyTarget.BlockDevice(device.path(), "raw"));
    }

    private static String said(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException noSuchProgram) {
            return "";
        }
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
            List<String> command = new ArrayList<>(List.of("losetup"));
            command.addAll(List.of(arguments));
            return said(command.toArray(String[]::new));
        }

        @Override
        public void close() throws IOException {
            if (works()) {
                losetup("-d", path);
            }
        }
    }
}
