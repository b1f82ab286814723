package io.github.qmp4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.client.ConnectionState;
import io.github.qmp4j.client.Outcomes;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How processes end, and what is told of it. Real QEMU and its storage daemon. */
@QemuVersions
@Timeout(300)
class ProcessEndTest {
    @Test
    void whenQemuIsKilledAllThatWaitsFailsWithItsStatusAndLastLines() throws Exception {
        try (QemuProcess qemu = start(saying("qemu: the last straw"))) {
            ProcessHandle child = Children.child(Children.folder(qemu.client()));
            EventSubscription subscription = qemu.client().subscribe(EventFilter.all(), event -> {});
            freeze(child);
            List<CompletableFuture<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(qemu.client().execute(QmpCommand.of("query-status")));
            }
            assertThat(waiting.get(0))
                    .failsWithin(Duration.ofMillis(200))
                    .withThrowableThat()
                    .isInstanceOf(TimeoutException.class);
            waiting.add(qemu.client().closed());
            waiting.add(subscription.ended());
            child.destroyForcibly();
            for (CompletableFuture<?> each : waiting) {
                assertThat(Outcomes.failure(each, QmpDisconnectedException.class))
                        .hasMessageContaining("ended by signal 9 (status 137)")
                        .hasMessageContaining("it said: qemu: the last straw");
            }
            assertThat(Outcomes.value(qemu.exit())).isEqualTo(128 + 9);
            // What comes now was surely not sent, and is told the same.
            assertThat(Outcomes.failure(
                            qemu.client().execute(QmpCommand.of("query-status")), QmpDisconnectedException.class))
                    .hasMessageContaining("signal 9")
                    .satisfies(e -> assertThat(e.mayHaveReachedQemu()).isFalse());
        }
    }

    /** A command that comes after the connection has gone, and before it is known how QEMU ended. */
    @Test
    void aCommandInBetweenWasNotSentAndIsToldWhy() throws Exception {
        try (QemuProcess qemu = start(Owner.qemu())) {
            Children.child(Children.folder(qemu.client())).destroyForcibly();
            await().pollInterval(Duration.ofMillis(1)).until(() -> qemu.client().state() == ConnectionState.CLOSED);
            assertThat(Outcomes.failure(
                            qemu.client().execute(QmpCommand.of("query-status")), QmpDisconnectedException.class))
                    .hasMessageContaining("query-status was not sent")
                    .hasMessageContaining("signal 9")
                    .satisfies(e -> assertThat(e.mayHaveReachedQemu()).isFalse());
        }
    }

    @Test
    void theEndAfterQuitIsSuccessAndLeavesNothing() throws Exception {
        QemuProcess qemu = start(Owner.qemu());
        Path folder = Children.folder(qemu.client());
        assertThat(Children.of(folder)).isNotEmpty();
        qemu.close();
        qemu.close();
        assertThat(Outcomes.value(qemu.exit())).isZero();
        assertThat(Children.of(folder)).isEmpty();
        assertThat(folder).doesNotExist();
    }

    @Test
    void aStorageDaemonRunsCommandsInAFolderOfMode0700AndEndsWithSuccess() throws Exception {
        StorageDaemon daemon = Outcomes.value(StorageDaemon.start(Owner.daemon(), Owner.PATIENT));
        Path folder = Children.folder(daemon.client());
        assertThat(Files.getAttribute(folder, "unix:mode")).isEqualTo(040700);
        Outcomes.value(daemon.client()
                .execute(QmpCommand.of("blockdev-add")
                        .with("driver", "null-co")
                        .with("node-name", "n0")
                        .with("size", 1024)));
        assertThat(Outcomes.value(daemon.client().execute(QmpCommand.of("query-named-block-nodes"))))
                .hasSize(1);
        daemon.close();
        assertThat(Outcomes.value(daemon.exit())).isZero();
        assertThat(Children.of(folder)).isEmpty();
        assertThat(folder).doesNotExist();
    }

    @Test
    void aStorageDaemonThatDoesNotStartIsQuoted() {
        List<String> command = List.of(Owner.daemon().get(0), "--blockdev", "driver=file,filename=/none,node-name=n");
        QemuStartException failure =
                Outcomes.failure(StorageDaemon.start(command, Owner.PATIENT), QemuStartException.class);
        assertThat(failure).hasMessageContaining("qemu-storage-daemon ended with status 1");
        assertThat(failure.output()).contains("/none");
    }

    @Test
    void aStorageDaemonThatIsKilledIsToldWithItsStatus() throws Exception {
        try (StorageDaemon daemon = Outcomes.value(StorageDaemon.start(Owner.daemon(), Owner.PATIENT))) {
            Children.child(Children.folder(daemon.client())).destroyForcibly();
            assertThat(Outcomes.failure(daemon.client().closed(), QmpException.class))
                    .hasMessageContaining("ended by signal 9");
        }
    }

    @Test
    void sigkillOfTheJvmLeavesNoChildAndNoFolder() throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Owner.properties());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Owner.class.getName()));
        Process jvm = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            List<Path> folders = new ArrayList<>();
            for (String address : jvm.inputReader().readLine().split(" ", -1)) {
                folders.add(Path.of(address.substring("unix:".length())).getParent());
            }
            assertThat(folders).hasSize(2).allSatisfy(folder -> assertThat(Children.of(folder))
                    .hasSizeGreaterThanOrEqualTo(2));
            jvm.destroyForcibly();
            assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
            await().untilAsserted(() -> assertThat(folders)
                    .allSatisfy(folder -> assertThat(Children.of(folder)).isEmpty())
                    .allSatisfy(folder -> assertThat(folder).doesNotExist()));
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static QemuProcess start(List<String> command) throws Exception {
        return Outcomes.value(QemuProcess.start(command, Owner.PATIENT));
    }

    /** QEMU, after a line on its standard error. */
    private static List<String> saying(String line) {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "echo '" + line + "' >&2; exec \"$@\"", "sh"));
        command.addAll(Owner.qemu());
        return command;
    }

    private static void freeze(ProcessHandle process) throws Exception {
        assertThat(new ProcessBuilder("/bin/sh", "-c", "kill -STOP " + process.pid())
                        .start()
                        .waitFor())
                .isZero();
    }
}
