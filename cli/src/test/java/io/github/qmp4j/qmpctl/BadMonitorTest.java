package io.github.qmp4j.qmpctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.RawMonitor;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Unusable monitors: each gives exit code 3, one sentence, and nothing on standard output. */
@Timeout(300)
class BadMonitorTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    @Test
    void aPathWhereNothingIs() {
        refused(folder.resolve("none"), "there is no such file");
    }

    @Test
    void aFileThatIsNoSocket() throws IOException {
        refused(Files.writeString(folder.resolve("file"), "text"), "no socket|not a socket");
    }

    @Test
    void aFolder() throws IOException {
        refused(Files.createDirectory(folder.resolve("folder")), "no socket|not a socket");
    }

    @Test
    void aSocketThatNobodyListensOn() throws IOException {
        Path socket = folder.resolve("left.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
        }
        refused(socket, "no process listens|refused");
    }

    @Test
    void aPathThatIsTooLongForASocketIsAUsageError() {
        Child.run("--socket", "/" + "x".repeat(120), "disks")
                .with(2)
                .withOneError("107")
                .withSilentOut();
    }

    @Test
    void aSocketThatAcceptsAndNeverGreets() {
        try (FakeQemu silent = FakeQemu.script().silence().start()) {
            refused(silent.socket(), "greet|busy|silent");
        }
    }

    @Test
    void somethingThatIsNotQmp() {
        try (FakeQemu ssh =
                FakeQemu.script().raw("SSH-2.0-OpenSSH_9.2p1\r\n").silence().start()) {
            refused(ssh.socket(), "not QMP|no QMP|invalid QMP");
        }
    }

    @Test
    void somethingThatHangsUpAtOnce() {
        try (FakeQemu curt = FakeQemu.script().disconnect().start()) {
            refused(curt.socket(), "closed|greet");
        }
    }

    @RepeatedTest(5)
    void aMonitorThatAnotherClientHoldsOrWhoseQemuIsFrozen() {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            try (RawMonitor holder = RawMonitor.connect(qemu.monitor(), LIMIT)) {
                refused(qemu.monitor(), "(?i)busy|another client|in use");
                assertThat(holder.execute("query-jobs")).isEmpty();
            }
            // QEMU accepts clients that gave up one after another; the last one still counts for the kernel when QEMU
            // stops.
            await().until(() -> isFree(qemu.monitor()));
            qemu.freeze();
            refused(qemu.monitor(), "(?i)frozen|stopped|does not answer|hang");
            qemu.thaw();
            assertThat(qemu.oracle().execute("query-jobs")).isEmpty();
            Child.run("--socket", qemu.monitor().toString(), "jobs").with(0).withSilentErr();
        }
    }

    @Test
    void aQemuThatDoesNotAnswerACommandInTime() {
        try (FakeQemu mute = FakeQemu.script().negotiate().silence().start()) {
            Child.run("--socket", mute.socket().toString(), "--timeout", "500ms", "exec", "query-status")
                    .with(3)
                    .withOneError("query-status")
                    .withSilentOut();
        }
    }

    private static boolean isFree(Path socket) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/unix"), StandardCharsets.ISO_8859_1)) {
            return lines.noneMatch(line -> line.contains(" 03 ") && line.endsWith(" " + socket));
        }
    }

    private static void refused(Path socket, String pattern) {
        Ended ended = Child.run("--socket", socket.toString(), "--timeout", "500ms", "-o", "json", "pull", "disk0");
        ended.with(3).withOneError(pattern).withRefusal();
        assertThat(ended.err()).contains(socket.toString());
    }
}
