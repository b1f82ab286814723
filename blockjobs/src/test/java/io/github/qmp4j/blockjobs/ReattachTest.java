package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.client.Backoff;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.testkit.CuttingProxy;
import io.github.qmp4j.testkit.CuttingProxy.Direction;
import io.github.qmp4j.testkit.CuttingProxy.Place;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handle lives through the loss of a session, as long as it is the same QEMU that comes back, and in time. */
@Timeout(600)
class ReattachTest {
    private final SmallDisk disk = SmallDisk.create();
    private final RealQemu qemu = disk.start();
    private final CuttingProxy proxy = CuttingProxy.start(qemu.monitor());

    @AfterEach
    void clean() {
        proxy.close();
        qemu.close();
        disk.close();
    }

    private static QmpSupervisor supervise(Path socket) {
        return QmpSupervisor.start(
                new QmpAddress.Unix(socket),
                QmpOptions.defaults(),
                new Backoff(Duration.ofMillis(10), Duration.ofMillis(100), 2, 0));
    }

    private static BlockJobs jobs(QmpSupervisor supervisor, Duration window) {
        return BlockJobs.of(supervisor, BlockJobOptions.defaults().withReattachWindow(window));
    }

    private static <T> T get(CompletableFuture<T> future) {
        return TestVm.get(future);
    }

    @Test
    void theSameHandleHearsOfTheEndInALaterSession() {
        try (QmpSupervisor supervisor = supervise(proxy.socket());
                BlockJobs jobs = jobs(supervisor, Duration.ofSeconds(30))) {
            BlockJob job = get(jobs.start(Life.COMMIT_AND_PIVOT.slow(disk.folder())));
            CompletableFuture<JobOutcome> outcome = job.outcome();
            get(job.pause());
            // Whatever is asked next is lost, and asked again.
            int cuts = proxy.cuts();
            proxy.cut(Direction.TO_QEMU, proxy.messages(Direction.TO_QEMU) + 1, Place.BEFORE);
            get(job.setSpeed(0));
            assertThat(proxy.cuts()).isEqualTo(cuts + 1);
            get(job.resume());
            assertThat(get(outcome).pivoted()).isTrue();
            // It goes on with new jobs.
            assertThat(get(jobs.disks()).get(0).chain().nodes()).hasSize(1);
        }
        assertThat(SmallDisk.liveChain(qemu)).containsExactly("base.qcow2");
    }

    /** The events of the end are lost, and it is found out. */
    @Test
    void learnsOfTheEndThatCameWhileNobodyListened() throws Exception {
        Path socket = Files.createSymbolicLink(disk.path("monitor"), proxy.socket());
        try (QmpSupervisor supervisor = supervise(socket);
                BlockJobs jobs = jobs(supervisor, Duration.ofSeconds(30))) {
            BlockJob job = get(jobs.start(Life.PULL.slow(disk.folder())));
            proxy.close();
            qemu.oracle().execute("block-job-set-speed", "{\"device\":\"%s\",\"speed\":0}".formatted(job.id()));
            awaitStatus("pending");
            qemu.oracle().execute("job-finalize", "{\"id\":\"%s\"}".formatted(job.id()));
            awaitStatus("concluded");
            assertThat(job.outcome()).isNotDone();
            Files.delete(socket);
            Files.createSymbolicLink(socket, qemu.monitor());
            assertThat(get(job.outcome()).completed()).isTrue();
        }
        assertThat(qemu.oracle().execute("query-jobs")).isEmpty();
    }

    private void awaitStatus(String status) {
        Awaitility.await().until(() -> qemu.oracle()
                .execute("query-jobs")
                .get(0)
                .path("status")
                .asText()
                .equals(status));
    }

    @Test
    void theOutcomeIsUnknownWhenNoSessionComesBackInTime() {
        try (QmpSupervisor supervisor = supervise(proxy.socket());
                BlockJobs jobs = jobs(supervisor, Duration.ofSeconds(10))) {
            get(supervisor.client());
            BlockJob job = get(jobs.start(Life.PULL.slow(disk.folder())));
            proxy.close();
            assertThat(get(job.outcome()).end())
                    .isInstanceOfSatisfying(End.Unknown.class, end -> assertThat(end.evidence())
                            .contains("did not come back in PT10S"));
            assertThat(get(job.cancel()).end()).isInstanceOf(End.Unknown.class);
        }
        assertThat(qemu.oracle().execute("query-jobs")).hasSize(1);
    }

    @Test
    void theWindowIsOverForASessionThatHasComeBackInTime() {
        Duration window = Duration.ofSeconds(10);
        try (QmpSupervisor supervisor = supervise(proxy.socket());
                BlockJobs jobs = jobs(supervisor, window)) {
            BlockJob job = get(jobs.start(
                    Life.PULL.on(disk.folder(), JobSettings.defaults().withSpeed(1))));
            proxy.cut(Direction.TO_QEMU, proxy.messages(Direction.TO_QEMU) + 1, Place.BEFORE);
            get(job.setSpeed(2));
            Awaitility.await()
                    .during(window.plusSeconds(1))
                    .atMost(window.multipliedBy(3))
                    .until(() -> !job.outcome().isDone());
            get(job.setSpeed(0));
            assertThat(get(job.outcome()).completed()).isTrue();
        }
    }

    @Test
    void theOutcomeIsUnknownWhenAnotherQemuComesBack() throws Exception {
        Path socket = disk.path("monitor");
        try (SmallDisk otherDisk = SmallDisk.create();
                RealQemu other = otherDisk.start()) {
            Files.createSymbolicLink(socket, qemu.monitor());
            try (QmpSupervisor supervisor = supervise(socket);
                    BlockJobs jobs = jobs(supervisor, Duration.ofSeconds(30))) {
                BlockJob job = get(jobs.start(Life.PULL.slow(disk.folder())));
                Files.delete(socket);
                Files.createSymbolicLink(socket, other.monitor());
                qemu.kill();
                assertThat(get(job.outcome()).end())
                        .isInstanceOfSatisfying(End.Unknown.class, end -> assertThat(end.evidence())
                                .contains("another QEMU"));
                // The next job is one of the QEMU that is there now.
                assertThat(get(get(jobs.start(Life.PULL.fast(otherDisk.folder())))
                                        .outcome())
                                .completed())
                        .isTrue();
                assertThat(other.oracle().execute("query-jobs")).isEmpty();
            }
        }
    }

    @Test
    void theEndOfTheSupervisorEndsTheHandles() {
        QmpSupervisor supervisor = supervise(proxy.socket());
        try (BlockJobs jobs = jobs(supervisor, Duration.ofSeconds(30))) {
            BlockJob job = get(jobs.start(Life.PULL.slow(disk.folder())));
            supervisor.close();
            assertThat(get(job.outcome()).end()).isInstanceOf(End.Unknown.class);
        }
    }
}
