package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each command that starts jobs, on a real QEMU, checked by a second monitor and qemu-img. */
@Timeout(300)
class JobsEndToEndTest {
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

    @Test
    void pullTakesTheWholeChainIntoTheActiveLayer() {
        Ended ended = VM.qmpctl("pull", disk.name()).with(0).withSilentErr();
        assertThat(ended.out())
                .contains(
                        "QEMU 7",
                        ": completed; no longer used: ",
                        disk.image("base").toString());
        disk.assertChain("active");
        disk.assertUnchanged(disk.image("active"));
    }

    @Test
    void pullWithABaseLeavesItAndWhatIsBelow() {
        VM.qmpctl("pull", disk.name(), "--base", disk.node("snap1")).with(0).withSilentErr();
        disk.assertChain("active", "snap1", "base");
        disk.assertUnchanged(disk.image("active"));
    }

    @Test
    void pullWithABottomIsTheSameFromTheOtherSide() {
        VM.qmpctl("pull", disk.name(), "--bottom", disk.node("snap2")).with(0).withSilentErr();
        disk.assertChain("active", "snap1", "base");
        disk.assertUnchanged(disk.image("active"));
    }

    @Test
    void commitBelowTheActiveLayerEndsByItself() {
        VM.qmpctl("commit", disk.name(), "--top", disk.node("snap2"), "--base", disk.node("base"))
                .with(0)
                .withSilentErr();
        disk.assertChain("active", "base");
        disk.assertUnchanged(disk.image("active"));
    }

    @Test
    void commitWithDeleteLeavesNeitherImageNorNode() {
        VM.qmpctl("commit", disk.name(), "--top", disk.node("snap2"), "--delete")
                .with(0)
                .withSilentErr();
        disk.assertChain("active", "base");
        assertThat(VM.files()).doesNotContain(name("snap2"), name("snap1")).contains(name("active"), name("base"));
        assertThat(VM.nodeNames()).doesNotContain(disk.node("snap2"), disk.node("snap1"));
        disk.assertUnchanged(disk.image("active"));
        VM.qmpctl("commit", disk.name(), "--pivot", "--delete").with(0).withSilentErr();
        assertThat(VM.files()).doesNotContain(name("active"));
        disk.assertUnchanged(disk.image("base"));
    }

    @Test
    void commitWithDeleteEndsWith8WhereAnotherProcessHasAnImageLocked() throws IOException {
        // A shared lock, so that QEMU can take its own.
        try (FileChannel image = FileChannel.open(disk.image("snap2"), StandardOpenOption.READ);
                FileLock lock = image.lock(250, 1, true)) {
            assertThat(lock.isValid()).isTrue();
            Ended ended = VM.qmpctl("commit", disk.name(), "--top", disk.node("snap2"), "--delete");
            assertThat(ended.with(8).err()).contains("left behind: file " + disk.image("snap2"), "open as an image");
        }
        assertThat(VM.files()).contains(name("snap2")).doesNotContain(name("snap1"));
        disk.assertChain("active", "base");
    }

    private String name(String image) {
        return disk.image(image).getFileName().toString();
    }

    @Test
    void commitWithPivotMovesTheGuestToTheBase() {
        Ended ended = VM.qmpctl("commit", disk.name(), "--base", disk.node("snap1"), "--pivot");
        assertThat(ended.with(0).withSilentErr().out()).contains("completed, pivoted");
        disk.assertChain("snap1", "base");
        disk.assertUnchanged(disk.image("snap1"));
    }

    @Test
    void commitThatKeepsTheOverlayLeavesTheGuestWhereItIs() {
        Ended ended = VM.qmpctl("commit", disk.name(), "--shallow", "--keep-overlay");
        assertThat(ended.with(0).withSilentErr().out()).contains("completed").doesNotContain("pivoted");
        disk.assertChain("active", "snap2", "snap1", "base");
        disk.assertUnchanged(disk.image("active"));
        disk.assertUnchanged(disk.image("snap2"));
    }

    @Test
    void copyWithPivotMovesTheGuestToTheCopy() {
        Path copy = VM.path(disk.name() + "-copy.qcow2");
        VM.qmpctl("copy", disk.name(), copy.toString(), "--format", "qcow2", "--pivot")
                .with(0)
                .withSilentErr();
        assertThat(disk.liveChain()).containsExactly(copy);
        disk.assertUnchanged(copy);
    }

    @Test
    void copyThatFinishesLeavesTheGuestWhereItIs() {
        Path copy = VM.path(disk.name() + "-copy.qcow2");
        VM.qmpctl("copy", disk.name(), copy.toString(), "--format", "qcow2", "--finish")
                .with(0)
                .withSilentErr();
        disk.assertChain("active", "snap2", "snap1", "base");
        disk.assertUnchanged(copy);
    }

    @Test
    void severalDisksCompleteInOneCall() {
        ChainedDisk other = VM.disk();
        Ended ended = VM.qmpctl("-o", "json", "pull", disk.name(), other.name())
                .with(0)
                .withSilentErr();
        assertThat(ended.lines("result"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.path("outcome").asText()).isEqualTo("completed"));
        disk.assertChain("active");
        other.assertChain("active");
    }

    @Test
    void ofSeveralDisksOneThatIsRefusedKeepsAllFromStartingAndIsNamedToEach() {
        Ended ended = VM.qmpctl("-o", "json", "pull", "nodisk", disk.name()).with(1);
        assertThat(ended.err().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("qmpctl: cannot start the pull of "))
                .allSatisfy(line -> assertThat(line).contains("nodisk"));
        assertThat(ended.lines("result"))
                .extracting(line -> line.path("disk").asText(), line -> line.path("outcome")
                        .asText())
                .containsExactlyInAnyOrder(tuple("nodisk", "refused"), tuple(disk.name(), "refused"));
        disk.assertChain("active", "snap2", "snap1", "base");
    }
}
