package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.Backoff;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.testkit.FakeQemu;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A monitor that has never been there is not one that was lost, and one that was let go is not kept. */
@Timeout(120)
class NotConnectedYetTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private QmpSupervisor supervise() {
        return supervise(folder.resolve("vm.qmp"));
    }

    private static QmpSupervisor supervise(Path socket) {
        return QmpSupervisor.start(
                new QmpAddress.Unix(socket),
                QmpOptions.defaults(),
                new Backoff(Duration.ofMillis(10), Duration.ofMillis(50), 2, 0));
    }

    private static BlockJobs jobs(QmpSupervisor supervisor, Duration window) {
        return BlockJobs.of(supervisor, BlockJobOptions.defaults().withReattachWindow(window));
    }

    private static FakeQemu fake() {
        return FakeQemu.responding()
                .on("query-jobs", "[]")
                .on("query-block-jobs", "[]")
                .on("query-commands", "[]")
                .on("query-qmp-schema", "[]")
                .start();
    }

    @Test
    void aMonitorThatWasNeverThereIsSaidToBeSoWithTheCauseOfTheSupervisor() {
        try (QmpSupervisor supervisor = supervise();
                BlockJobs jobs = jobs(supervisor, SHORT)) {
            for (int call = 0; call < 2; call++) {
                Throwable failure = ScriptedVm.failure(jobs.list());
                assertThat(failure)
                        .isInstanceOfSatisfying(
                                QmpDisconnectedException.class,
                                lost -> assertThat(lost.mayHaveReachedQemu()).isFalse())
                        .hasMessageContaining("has not been connected to yet")
                        .hasMessageContaining("there is no such file")
                        .hasMessageNotContaining("lost");
                assertThat(failure.getCause())
                        .isInstanceOfSatisfying(QmpConnectException.class, cause -> assertThat(cause.reason())
                                .isEqualTo(Reason.NO_SUCH_SOCKET));
            }
            assertThat(ScriptedVm.failure(jobs.start(ScriptedVm.PULL)))
                    .isInstanceOfSatisfying(
                            QmpDisconnectedException.class,
                            lost -> assertThat(lost.mayHaveReachedQemu()).isFalse());
        }
    }

    @Test
    void aMonitorThatComesLaterIsUsed() throws Exception {
        try (QmpSupervisor supervisor = supervise();
                BlockJobs jobs = jobs(supervisor, SHORT)) {
            ScriptedVm.failure(jobs.list());
            try (FakeQemu fake = fake()) {
                Files.createSymbolicLink(folder.resolve("vm.qmp"), fake.socket());
                await().until(() -> isListed(jobs));
            }
        }
    }

    @Test
    void aCommandThatQemuMayHaveSeenBeforeTheLossIsInDoubtAndALaterOneIsNot() {
        FakeQemu fake = FakeQemu.responding()
                .on("query-jobs", silent -> List.of())
                .on("query-commands", "[]")
                .on("query-qmp-schema", "[]")
                .start();
        try (QmpSupervisor supervisor = supervise(fake.socket());
                BlockJobs jobs = jobs(supervisor, SHORT)) {
            CompletableFuture<?> asked = jobs.list();
            fake.awaitReceived("query-jobs", 1, Duration.ofMinutes(2));
            fake.close();
            assertThat(ScriptedVm.failure(asked))
                    .hasMessageContaining("was lost, and did not come back")
                    .isInstanceOfSatisfying(
                            QmpDisconnectedException.class,
                            lost -> assertThat(lost.mayHaveReachedQemu()).isTrue());
            assertThat(ScriptedVm.failure(jobs.list()))
                    .hasMessageContaining("was lost, and did not come back")
                    .isInstanceOfSatisfying(
                            QmpDisconnectedException.class,
                            lost -> assertThat(lost.mayHaveReachedQemu()).isFalse());
        }
    }

    private static boolean isListed(BlockJobs jobs) {
        return TestVm.get(jobs.list().handle((list, failure) -> failure == null));
    }

    /** Whether it was connected to, or lost, or neither. */
    @Test
    void nothingIsHeldAfterClose() {
        try (FakeQemu fake = fake()) {
            WeakReference<?> connected = used(fake.socket(), fake, false);
            WeakReference<?> never = used(folder.resolve("none.qmp"), fake, false);
            WeakReference<?> lost = used(fake.socket(), fake, true);
            await().until(() -> {
                System.gc();
                return connected.refersTo(null) && never.refersTo(null) && lost.refersTo(null);
            });
        }
    }

    private static WeakReference<?> used(Path socket, FakeQemu fake, boolean lost) {
        try (QmpSupervisor supervisor = supervise(socket);
                BlockJobs jobs = jobs(supervisor, LONG)) {
            if (socket.equals(fake.socket())) {
                TestVm.get(jobs.list());
            }
            if (lost) {
                fake.disconnect();
                await().until(() -> isListed(jobs));
            }
            return new WeakReference<>(jobs);
        }
    }
}
