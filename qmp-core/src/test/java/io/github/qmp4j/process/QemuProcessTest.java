package io.github.qmp4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class QemuProcessTest {
    private static final QmpOptions PATIENT = QmpOptions.defaults().withWaitFor(Duration.ofSeconds(10));
    private static final QmpOptions HASTY = QmpOptions.defaults().withWaitFor(Duration.ofMillis(300));

    @Test
    void aProcessThatEndsAtOnceIsQuoted() {
        String script = "echo 'no such machine: $1' >&2; exit 3";
        assertThatThrownBy(() -> start(PATIENT, "sh", "-c", script, "sh", "q99"))
                .isInstanceOfSatisfying(QemuStartException.class, e -> {
                    assertThat(e).hasMessageContaining("ended with status 3");
                    assertThat(e.output()).isEqualTo("no such machine: $1");
                });
    }

    @Test
    void aBinaryThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> start(PATIENT, "/no/such/qemu"))
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("/no/such/qemu")
                .hasMessageContaining("status 127");
    }

    @Test
    void aProcessWithoutAMonitorIsEnded(@TempDir Path folder) throws Exception {
        Path pid = folder.resolve("pid");
        // The words after the command are those of the monitor, which sleep would not take.
        assertThatThrownBy(() -> start(HASTY, "sh", "-c", "echo $$ > " + pid + "; exec sleep 600"))
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("its monitor cannot be used");
        assertThat(process(pid)).isEmpty();
    }

    @Test
    void aChildEndsWhenThePipeOfItsGuardClosesAsItDoesWhenTheJvmIsKilled(@TempDir Path folder) throws Exception {
        Path pid = folder.resolve("pid");
        Path socket = Files.createDirectory(folder.resolve("monitor"));
        Guard guard = Guard.start(socket, List.of("sh", "-c", "echo $$ > " + pid + "; echo up; exec sleep 600"));
        await().until(() -> guard.output().text().equals("up"));
        guard.end();
        assertThat(guard.exit().get(1, TimeUnit.SECONDS)).isEqualTo(128 + 15);
        assertThat(process(pid)).isEmpty();
        assertThat(socket).doesNotExist();
    }

    @Test
    void aChildThatIgnoresSigtermIsKilled(@TempDir Path folder) throws Exception {
        Guard guard = Guard.start(folder, List.of("sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"));
        await().until(() -> guard.output().text().equals("up"));
        guard.end();
        assertThat(guard.exit().get(1, TimeUnit.SECONDS)).isEqualTo(128 + 9);
    }

    @Test
    void aStartEndsAlthoughTheExecutorForCallbacksRunsNothing() {
        QmpOptions stuck = QmpOptions.defaults().withCallbacks(task -> {});
        assertThatThrownBy(() -> start(stuck, "sh", "-c", "exit 3"))
                .isInstanceOf(QemuStartException.class)
                .hasMessageContaining("ended with status 3");
    }

    private static void start(QmpOptions options, String... command) {
        try {
            QemuProcess.start(List.of(command), options).join().close();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private static Optional<ProcessHandle> process(Path pid) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).filter(ProcessHandle::isAlive);
    }
}
