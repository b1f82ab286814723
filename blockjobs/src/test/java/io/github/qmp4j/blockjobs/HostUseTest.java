package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.file.HostUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On lists as Linux writes them; with a real device in {@link LoopDeviceTest}. */
class HostUseTest {
    @TempDir
    private Path root;

    private Path file = Path.of("");

    @BeforeEach
    void make() throws IOException {
        file = Files.createFile(root.resolve("disk 1.img")).toRealPath();
        write("proc/swaps", "Filename Type Size Used Priority\n/dev/other partition 1 0 -2\n");
        write("proc/self/mounts", "proc /proc proc rw 0 0\n");
        write("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), text);
    }

    @Test
    void saysNothingOfAFileThatNothingUses() throws IOException {
        assertThat(new HostUse(root).of(file)).isEmpty();
    }

    @Test
    void saysNothingWhereLinuxShowsNothing() throws IOException {
        assertThat(new HostUse(root.resolve("nowhere")).of(file)).isEmpty();
    }

    @Test
    void findsTheFileOfALoopDeviceAlsoThroughASymbolicLink() throws IOException {
        write("sys/block/loop7/loop/backing_file", file + "\n");
        assertThat(new HostUse(root).of(Files.createSymbolicLink(root.resolve("link"), file)))
                .hasValue("is the file of the loop device loop7");
    }

    @Test
    void findsSwapAndWhatIsMountedByItsPath() throws IOException {
        String asWritten = file.toString().replace(" ", "\\040");
        write("proc/self/mounts", asWritten + " /mnt ext4 rw 0 0\n");
        assertThat(new HostUse(root).of(file)).hasValue("is mounted at '/mnt'");
        write("proc/swaps", asWritten + " file 1 0 -2\n");
        assertThat(new HostUse(root).of(file)).hasValue("is in use as swap");
    }

    @Test
    void findsWhatStandsOnADeviceAndOnItsPartitions() throws IOException {
        write(
                "proc/self/mountinfo",
                "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 8:18 / /data rw - ext4 /dev/sdb2 rw\n");
        write("sys/dev/block/8:16/sdb2/partition", "2\n");
        write("sys/dev/block/8:16/sdb2/dev", "8:18\n");
        write("sys/dev/block/8:32/holders/dm-3", "");
        assertThat(new HostUse(root).ofDevice("8:1")).hasValue("is mounted at '/'");
        assertThat(new HostUse(root).ofDevice("8:16")).hasValue("has the partition sdb2, which is mounted at '/data'");
        assertThat(new HostUse(root).ofDevice("8:32")).hasValue("is used by the block device dm-3");
        assertThat(new HostUse(root).ofDevice("8:48")).isEmpty();
    }
}
