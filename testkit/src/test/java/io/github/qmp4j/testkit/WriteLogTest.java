package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.LogEntry.Flag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logs that are written here, byte by byte as the kernel's documentation of dm-log-writes has it, and one of qemu-io. */
@Timeout(300)
class WriteLogTest {
    private static final int SECTOR = 512;
    private static final long MAGIC = 0x6a736677736872L;

    private final TempFolder folder = TempFolder.create("log");
    private final ByteBuffer log = ByteBuffer.allocate(8 * SECTOR).order(ByteOrder.LITTLE_ENDIAN);

    @AfterEach
    void clean() {
        folder.close();
    }

    private void begin(long magic, long version, long entries) {
        log.putLong(magic).putLong(version).putLong(entries).putInt(SECTOR).position(SECTOR);
    }

    private void entry(long sector, long sectors, long flags) {
        int position = log.position();
        log.putLong(sector).putLong(sectors).putLong(flags).putLong(0).position(position + SECTOR);
    }

    private WriteLog read() throws IOException {
        Path file = folder.resolve("log");
        Files.write(file, log.array());
        return WriteLog.read(file);
    }

    @Test
    void readsWhatTheKernelWrites() throws IOException {
        begin(MAGIC, 1, 4);
        entry(2, 1, 2);
        for (int each = 0; each < SECTOR; each++) {
            log.put((byte) 5);
        }
        entry(0, 0, 1);
        entry(2, 1, 4);
        entry(0, 0, 8);
        WriteLog read = read();
        assertThat(read.entries())
                .containsExactly(
                        new LogEntry(SECTOR, 2 * SECTOR, SECTOR, Set.of(Flag.FUA)),
                        new LogEntry(3 * SECTOR, 0, 0, Set.of(Flag.FLUSH)),
                        new LogEntry(4 * SECTOR, 2 * SECTOR, SECTOR, Set.of(Flag.DISCARD)),
                        new LogEntry(5 * SECTOR, 0, 0, Set.of(Flag.MARK)));
        assertThat(read.replayedOn(new byte[0])).hasSize(3 * SECTOR).containsOnly(0);
    }

    @Test
    void hasNoEntriesBeforeTheFirstOne() throws IOException {
        assertThat(read().entries()).isEmpty();
        assertThat(read().replayedOn(new byte[] {1, 2})).containsExactly(1, 2);
    }

    @Test
    void saysWhyAFileIsNoLog() {
        begin(MAGIC + 1, 1, 0);
        assertThatThrownBy(this::read)
                .isInstanceOf(TestkitException.class)
                .hasMessage("cannot read " + folder.resolve("log") + " as a log of writes: it does not begin as one");
        log.clear();
        begin(MAGIC, 2, 0);
        assertThatThrownBy(this::read).hasMessageEndingWith("its version is not 1");
        log.clear();
        begin(MAGIC, 1, 1);
        entry(0, 1, 16);
        assertThatThrownBy(this::read).hasMessageEndingWith("entry 0 has flags 16");
        log.clear();
        begin(MAGIC, 1, 1);
        entry(0, 7, 0);
        assertThatThrownBy(this::read).hasMessageEndingWith("it ends in the middle of entry 0");
        Arrays.fill(log.array(), (byte) 0);
        log.clear();
        begin(MAGIC, 1, 9);
        assertThatThrownBy(this::read).hasMessageEndingWith("it ends in the middle of an entry, or one is too large");
        assertThatThrownBy(() -> WriteLog.read(folder.resolve("none")))
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("none");
    }

    /** What qemu-io has written through the log is what the image holds. */
    @Test
    void leadsToTheImageThatQemuHasWritten() throws IOException {
        Path image = new DiskImages(folder.path()).create("image", "raw", 16 * SECTOR);
        byte[] before = Files.readAllBytes(image);
        Path file = Files.createFile(folder.resolve("log"));
        Tool.named("qemu-io")
                .run(List.of(
                        "--image-opts",
                        "-c",
                        "write -P 9 1k 2k",
                        "-c",
                        "write -z 2k 3k",
                        "-c",
                        "write -P 4 4k 1k",
                        "driver=blklogwrites,file.driver=file,file.filename=" + image + ",log.driver=file,log.filename="
                                + file))
                .orThrow();
        WriteLog read = WriteLog.read(file);
        assertThat(read.entries()).filteredOn(LogEntry::changesImage).hasSize(3);
        assertThat(read.replayedOn(before)).isEqualTo(Files.readAllBytes(image)).isNotEqualTo(before);
    }
}
