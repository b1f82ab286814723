package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A commit into a base that is larger than the disk. */
@Timeout(600)
class GrowTest {
    private static final Vm VM = new Vm();
    private static int number;

    private String disk = "";
    private Path base = Path.of("");

    @AfterAll
    static void end() {
        VM.close();
    }

    /** A disk of 1 MiB on a base of 2 MiB that is full of ones. */
    @BeforeEach
    void addDisk() {
        number++;
        disk = "small" + number;
        base = VM.images.create("large" + number, "qcow2", 2 * Vm.MIB);
        VM.images.write(base, "qcow2", 1, 0, 2 * Vm.MIB);
        Path active = VM.images.overlay("active" + number, "qcow2", base, "qcow2", Vm.MIB);
        VM.images.write(active, "qcow2", 2, 0, Vm.MIB / 2);
        add("large" + number, "null", base);
        add("top" + number, "\"large" + number + '"', active);
        VM.ask("device_add", """
                {"driver":"scsi-hd","id":"%s","drive":"top%d"}""".formatted(disk, number));
    }

    private static void add(String node, String backing, Path file) {
        VM.ask("blockdev-add", """
                {"driver":"qcow2","node-name":"%s","backing":%s,"file":{"driver":"file","filename":"%s"}}""".formatted(node, backing, file));
    }

    @Test
    void isRefusedWithBothSizesAndTheOption() {
        for (String dryRun : new String[] {"--pivot", "--dry-run"}) {
            VM.qmpctl("commit", disk, dryRun).with(1).withOneError("2097152 bytes.*from 1048576 bytes.*--grow");
        }
    }

    @Test
    void growsTheDiskByZeroesIfAskedToAndSaysSo() throws Exception {
        Ended ended = VM.qmpctl("commit", disk, "--pivot", "--grow").with(0);
        assertThat(ended.out()).contains("the disk had 1.0 MiB (1048576 bytes) and has 2.0 MiB (2097152 bytes)");
        Path expected = VM.images.create("expected.raw", "raw", 2 * Vm.MIB);
        VM.images.write(expected, "raw", 2, 0, Vm.MIB / 2);
        VM.images.write(expected, "raw", 1, Vm.MIB / 2, Vm.MIB / 2);
        // QEMU caches a part of qcow2's tables; the command stop writes them out, even if the guest is stopped.
        VM.ask("stop");
        Process compare = new ProcessBuilder(
                        "qemu-img", "compare", "-U", "-f", "raw", "-F", "qcow2", expected.toString(), base.toString())
                .start();
        assertThat(compare.waitFor())
                .as("the guest sees zeroes in the new part")
                .isZero();
    }

    @Test
    void saysTheSizesInJson() {
        Ended ended =
                VM.qmpctl("-o", "json", "commit", disk, "--pivot", "--grow").with(0);
        assertThat(ended.result().path("size_before").asLong()).isEqualTo(Vm.MIB);
        assertThat(ended.result().path("size_after").asLong()).isEqualTo(2 * Vm.MIB);
    }
}
