package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(300)
class RealQemuTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);

    /** From 11.1 on QEMU warns of -mon. */
    @Test
    void qemuWarnsOfNothingInTheCommandLineOfItsMonitors() {
        try (RealQemu qemu = RealQemu.builder().start()) {
            assertThat(qemu.stderr()).doesNotContain("deprecated");
        }
    }

    @Test
    void runsADiskAndLeavesNothingBehind() throws Exception {
        try (TempFolder images = TempFolder.create("images")) {
            Path image = new DiskImages(images.path()).create("disk, one.qcow2", "qcow2", 1 << 20);
            RealQemu qemu = RealQemu.builder().disk("d0", "top", image, "qcow2").start();
            ProcessHandle shell = qemu.process().parent().orElseThrow();
            try (qemu;
                    RawMonitor client = RawMonitor.connect(qemu.monitor(), LONG)) {
                assertThat(client.execute("query-status").path("status").asText())
                        .isEqualTo("prelaunch");
                assertThat(qemu.oracle()
                                .execute("query-block")
                                .at("/0/inserted/node-name")
                                .asText())
                        .isEqualTo("top");
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(qemu.folder())))
                        .isEqualTo("rwx------");
            }
            assertThat(List.of(qemu.process(), shell)).noneMatch(ProcessHandle::isAlive);
            assertThat(Files.exists(qemu.folder())).isFalse();
            qemu.close();
        }
    }

    @Test
    void rejectsWhatIsDeprecatedUnlessAllowed() {
        String options = "{\"device\":\"x\",\"top\":\"y\",\"job-id\":\"j\"}";
        try (RealQemu strict = RealQemu.builder().machine("none").start()) {
            assumeTrue(strict.knows("-compat"), strict.doesNotKnow("-compat"));
            assertThatThrownBy(() -> strict.oracle().execute("block-commit", options))
                    .hasMessageContaining("disabled by policy");
        }
        try (RealQemu lenient =
                RealQemu.builder().machine("none").allowDeprecated().start()) {
            assertThatThrownBy(() -> lenient.oracle().execute("block-commit", options))
                    .isInstanceOf(QmpErrorException.class)
                    .hasMessageNotContaining("disabled by policy");
        }
    }

    @Test
    void tellsByItsSchemaWhatAQemuKnows() {
        try (RealQemu qemu =
                RealQemu.builder().machine("none").allowDeprecated().start()) {
            assertThat(List.of(
                            "block-commit",
                            "block-commit/arg/job-id",
                            "block-commit/arg/top/$deprecated",
                            "block-stream/arg/on-error/^enospc",
                            "blockdev-add/arg/driver/^qcow2",
                            "blockdev-add/arg/backing/node-name",
                            "blockdev-snapshot/$allow-write-only-overlay",
                            "query-block/ret/inserted/image/backing-image/backing-image/format",
                            "BLOCK_JOB_ERROR/data/action/^stop",
                            "-chardev"))
                    .allSatisfy(known -> assertThat(qemu.knows(known)).as(known).isTrue());
            assertThat(List.of(
                            "",
                            "no-such",
                            "str",
                            "block-commit/",
                            "block-commit/arg/sync",
                            "block-commit/ret/job-id",
                            "block-commit/arg/job-id/$deprecated",
                            "block-stream/arg/on-error/enospc",
                            "block-stream/arg/on-error/^sometimes",
                            "blockdev-add/arg/driver/^no-such",
                            "-no-such",
                            "-char"))
                    .allSatisfy(unknown ->
                            assertThat(qemu.knows(unknown)).as(unknown).isFalse());
            assertThat(qemu.doesNotKnow("-no-such")).matches("QEMU \\d+\\.\\d+\\.\\d+ does not know -no-such");
        }
    }

    @Test
    void saysWhyQemuDidNotStart() {
        assertThatThrownBy(() -> RealQemu.builder().device("no-such-device").start())
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("'no-such-device' is not a valid device model name")
                .hasMessageContaining("ended with status 1");
    }

    @Test
    void saysThatTheProgramDoesNotExist() {
        assertThatThrownBy(() -> RealQemu.builder().program("/no/qemu").start())
                .isInstanceOf(TestkitException.class)
                .hasMessageContaining("/no/qemu");
    }

    @Test
    void endsAQemuThatIsFrozen() {
        RealQemu qemu = RealQemu.builder().machine("none").start();
        try (qemu) {
            qemu.freeze();
            assertThatThrownBy(() -> RawMonitor.connect(qemu.monitor(), SHORT))
                    .hasMessageContaining("no greeting in time");
            qemu.thaw();
            RawMonitor.connect(qemu.monitor(), LONG).close();
            qemu.freeze();
        }
        assertThat(qemu.process().isAlive()).isFalse();
    }

    @Test
    void writesAsAGuest() {
        try (TempFolder folder = TempFolder.create("images")) {
            DiskImages images = new DiskImages(folder.path());
            Path image = images.create("image.qcow2", "qcow2", 1 << 20);
            try (RealQemu qemu =
                    RealQemu.builder().disk("d0", "top", image, "qcow2").start()) {
                qemu.guestWrite("d0", 9, 65536, 4096);
                assertThatThrownBy(() -> qemu.guestWrite("d1", 9, 65536, 4096)).isInstanceOf(TestkitException.class);
            }
            assertThat(images.holds(image, "qcow2", 9, 65536, 4096)).isTrue();
            assertThat(images.holds(image, "qcow2", 0, 0, 65536)).isTrue();
        }
    }

    @Test
    void killsAtOnce() {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            qemu.kill();
            assertThat(qemu.awaitEnd(Duration.ZERO)).isTrue();
            assertThatThrownBy(() -> qemu.oracle().execute("query-status")).isInstanceOf(TestkitException.class);
        }
    }

    /** The JVM gets no chance to run a hook. */
    @Test
    void doesNotOutliveAJvmThatIsKilled() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dqmp4j.qemu=" + QemuPlace.current().system(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Doomed.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            String[] said = jvm.inputReader().readLine().split(" ", -1);
            ProcessHandle qemu = ProcessHandle.of(Long.parseLong(said[0])).orElseThrow();
            ProcessHandle shell = ProcessHandle.of(Long.parseLong(said[1])).orElseThrow();
            jvm.destroyForcibly();
            assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
            await().atMost(LONG).until(() -> !qemu.isAlive() && !shell.isAlive());
            await().atMost(LONG).until(() -> !Files.exists(Path.of(said[2])));
        } finally {
            jvm.destroyForcibly();
        }
    }
}
