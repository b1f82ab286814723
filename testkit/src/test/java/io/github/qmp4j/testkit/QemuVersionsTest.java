package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs of each place behave as if they were started here. */
@QemuVersions
@Timeout(300)
class QemuVersionsTest {
    @TempDir
    private Path folder;

    @Test
    void realQemuIsOfThePlaceAndItsProcessIsQemuItself(QemuPlace place) throws IOException {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            JsonNode version = qemu.oracle().greeting().at("/QMP/version/qemu");
            assertThat(version.path("major") + "." + version.path("minor")).isEqualTo(place.version());
            String process = Long.toString(qemu.process().pid());
            assertThat(Files.readString(Path.of("/proc", process, "comm"))).startsWith("qemu-system");
            // A container has mounts of its own.
            assertThat(mounts(process).equals(mounts("self"))).isEqualTo(!place.isContainer());
        }
    }

    @Test
    void aProgramSpeaksEndsAndFindsItsFolderAsIfItWereHere(QemuPlace place) throws Exception {
        Files.createFile(folder.resolve("here.raw"));
        Process daemon =
                start(place.storageDaemon(), "--blockdev", "driver=file,filename=here.raw,node-name=n", "--no");
        assertThat(new String(daemon.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("unrecognized option '--no'");
        assertThat(daemon.waitFor()).isEqualTo(1);
        Process help = start(place.system(), "-version");
        assertThat(new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("QEMU emulator version " + place.version() + ".");
        assertThat(help.waitFor()).isZero();
        Process relative = start(place.storageDaemon(), "--blockdev", "driver=file,filename=not-here.raw,node-name=n");
        assertThat(new String(relative.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("Could not open 'not-here.raw'");
    }

    @Test
    void sigtermReachesTheProgramWhichEndsInItsOwnWay(QemuPlace place) throws Exception {
        Process started = idle(place);
        started.toHandle().destroy();
        assertThat(started.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(new String(started.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("terminating on signal 15");
        assertThat(started.exitValue()).isZero();
    }

    @Test
    void aKilledProgramIsToldByItsStatus(QemuPlace place) throws Exception {
        Process started = idle(place);
        ContainedProcess.behind(place.system(), started.toHandle()).destroyForcibly();
        assertThat(started.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(started.exitValue()).isEqualTo(128 + 9);
    }

    @Test
    void aProgramDoesNotOutliveWhatStandsForItHere(QemuPlace place) throws Exception {
        for (boolean client : List.of(true, false)) {
            Process started = idle(place);
            ProcessHandle qemu = ContainedProcess.behind(place.system(), started.toHandle());
            ProcessHandle docker = started.children().findFirst().orElse(started.toHandle());
            (client ? docker : started.toHandle()).destroyForcibly();
            await().atMost(Duration.ofMinutes(2)).until(() -> !qemu.isAlive());
            assertThat(started.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void thereIsOnePlaceAtATime(QemuPlace place) {
        QemuPlace other = QemuPlace.container("9.9", folder);
        assertThatThrownBy(other::enter)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(place.toString())
                .hasMessageContaining("QEMU 9.9 (container)");
        assertThatThrownBy(QemuPlace::begin).hasMessageContaining("one after another");
        assertThat(QemuPlace.current()).isSameAs(place);
    }

    @Test
    void placesAreCalledByTheirVersion(QemuPlace place) {
        assertThat(place.toString())
                .matches("QEMU \\d+\\.\\d+ \\((local|container)\\)")
                .contains(place.version());
    }

    /** A QEMU that runs, since it has made its socket. */
    private Process idle(QemuPlace place) throws IOException {
        Path socket = folder.resolve("socket-" + System.nanoTime());
        Process started = start(
                place.system(),
                "-nodefaults",
                "-display",
                "none",
                "-machine",
                "none",
                "-qmp",
                "unix:" + socket + ",server=on,wait=off");
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            assertThat(started.isAlive()).isTrue();
            try {
                RawMonitor.connect(socket, Duration.ofSeconds(5)).close();
                return true;
            } catch (TestkitException notYet) {
                return false;
            }
        });
        return started;
    }

    private Process start(String... command) throws IOException {
        return new ProcessBuilder(command).directory(folder.toFile()).start();
    }

    private static Path mounts(String process) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", process, "ns", "mnt"));
    }
}
