package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies to targets other than a new file, and headers with relative names. */
@Timeout(300)
class CopyTargetTest {
    private static final long SIZE = 64 * Vm.MIB;
    private static final Vm VM = new Vm();

    private final ChainedDisk disk = VM.disk();

    @AfterAll
    static void end() {
        VM.close();
    }

    @AfterEach
    void noJobIsLeft() {
        VM.assertNoJobs();
    }

    private static String backingOf(Path image) {
        return VM.images.info(image, "qcow2").path("backing-filename").asText();
    }

    @Test
    void copyGoesToANode() {
        Path target = VM.images.create("node.qcow2", "qcow2", SIZE);
        VM.ask("blockdev-add", """
                {"driver":"qcow2","node-name":"target","file":{"driver":"file","filename":"%s"}}""".formatted(target));
        VM.qmpctl("copy", disk.name(), "node:target", "--pivot").with(0).withSilentErr();
        assertThat(disk.liveChain()).containsExactly(target);
        disk.assertUnchanged(target);
    }

    @Test
    void aNodeHasItsOwnFormatAndAPathNeedsOne() {
        VM.qmpctl("copy", disk.name(), "node:target", "--format", "qcow2")
                .with(2)
                .withOneError("the node 'target' has its own format; leave --format out");
        VM.qmpctl("copy", disk.name(), "/new.qcow2").with(2).withOneError("'/new.qcow2' needs its format.*--format");
        VM.qmpctl("-o", "json", "copy", disk.name(), "node:nonode")
                .with(1)
                .withOneError("nonode")
                .withRefusal();
    }

    @Test
    void copyGoesToABlockDeviceOnlyWhereThatIsAskedFor() throws IOException {
        Path file = VM.path("device.img");
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(SIZE);
        }
        String device = said("losetup", "-f", "--show", file.toString());
        assumeTrue(device.startsWith("/dev/"), "no loop device can be had here");
        try {
            VM.qmpctl("copy", disk.name(), device, "--format", "raw")
                    .with(2)
                    .withOneError("is a block device, and all of it would be overwritten.*--reuse-external");
            VM.qmpctl("copy", disk.name(), device, "--format", "raw", "--reuse-external", "--finish")
                    .with(0)
                    .withSilentErr();
            VM.ask("stop");
            assertThat(said(
                            "qemu-img",
                            "compare",
                            "-U",
                            "-f",
                            "raw",
                            "-F",
                            "qcow2",
                            device,
                            disk.image("active").toString()))
                    .isEqualTo("Images are identical.");
        } finally {
            said("losetup", "-d", device);
        }
    }

    private static String said(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException noSuchProgram) {
            return "";
        }
    }

    /** QEMU opens the images by absolute names, and they are in one folder. */
    @Test
    void pullKeepsTheNameOfTheBaseRelative() {
        VM.qmpctl("pull", disk.name(), "--base", disk.node("base"), "--keep-relative")
                .with(0)
                .withSilentErr();
        assertThat(backingOf(disk.image("active")))
                .isEqualTo(disk.image("base").getFileName().toString());
        disk.assertUnchanged(disk.image("active"));
    }

    @Test
    void commitKeepsTheNameOfTheBaseRelative() {
        VM.qmpctl("commit", disk.name(), "--top", disk.node("snap2"), "--base", disk.node("snap1"), "--keep-relative")
                .with(0)
                .withSilentErr();
        assertThat(backingOf(disk.image("active")))
                .isEqualTo(disk.image("snap1").getFileName().toString());
        VM.qmpctl("pull", disk.name(), "--base", disk.node("base")).with(0);
        assertThat(backingOf(disk.image("active"))).isEqualTo(disk.image("base").toString());
    }
}
