package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RawMonitor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that always fails, and a job that tries again for ever. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class RealErrorStormTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final Duration CALM = Duration.ofSeconds(1);
    private static final int EIO = 5;

    /** How many errors a storm lasts for: a commit gives thousands a second, a backup on QEMU 7.2 or later a few tens. */
    private static final long COMMIT_ERRORS = FULL ? 50_000 : 5_000;

    private static final long BACKUP_ERRORS = FULL ? 400 : 40;

    /** As many as two subscriptions hold. */
    private static final long MOST_EVENTS_HELD = 20_000;

    /** By the progress each 500 ms, and some ten times a second about what the errors mean. */
    private static final long MOST_QUESTIONS_PER_SECOND = 20;

    /** Counts what is sent and what comes. */
    private static final class Counter implements QmpObserver {
        private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();

        @Override
        public void commandStarted(String command) {
            add(command);
        }

        @Override
        public void eventReceived(String event) {
            add(event);
        }

        private void add(String name) {
            counts.computeIfAbsent(name, any -> new AtomicLong()).incrementAndGet();
        }

        long of(String name) {
            return counts.getOrDefault(name, new AtomicLong()).get();
        }
    }

    private static TestVm start() {
        return TestVm.start(
                nodes -> {
                    nodes.failing("base", null, "write_aio", EIO, false);
                    nodes.qcow2("snap1", "base");
                    nodes.qcow2("snap2", "snap1");
                    nodes.qcow2("active", "snap2");
                    nodes.failingTarget("target", EIO);
                },
                builder -> builder.arguments(
                        "-chardev", "socket,id=third,path=third.sock,server=on,wait=off", "-qmp", "chardev:third"));
    }

    @Test
    void staysQuickWhileAnActiveCommitFailsAllTheTime() {
        try (TestVm vm = start()) {
            // Others do not survive it, and are not asked: see ReadyErrorTest.
            vm.assumeKnows("blockdev-add/arg/driver/^copy-before-write");
            vm.jobs.close();
            vm.client.close();
            Counter counter = new Counter();
            QmpClient client = TestVm.get(QmpClient.connect(
                    new QmpAddress.Unix(vm.qemu.monitor()),
                    QmpOptions.defaults().withObservers(List.of(counter))));
            try (client;
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
                Latencies calm = Latencies.measureFor(CALM, client);
                BlockJob job = TestVm.get(jobs.start(CommitRequest.of("disk0")
                        .withSettings(JobSettings.defaults().withOnError(ErrorPolicy.IGNORE))));
                job.onUpdate(info -> {});
                await().until(() -> counter.of("BLOCK_JOB_ERROR") > 0);
                storm("active commit", COMMIT_ERRORS, counter, client, calm);
                assertThat(job.info().ioErrors()).isPositive();
                assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
                assertThat(job.info().ioErrors()).isLessThanOrEqualTo(counter.of("BLOCK_JOB_ERROR"));
            }
            assertNoJobLeft(vm.path("third.sock"));
        }
    }

    /** A backup of somebody else's, which gave 80,800 errors a second on QEMU 5.2. */
    @Test
    void staysQuickWhileABackupThatIsOnlyObservedFailsAllTheTime() {
        try (TestVm vm = start()) {
            vm.jobs.close();
            vm.client.close();
            Counter counter = new Counter();
            QmpClient client = TestVm.get(QmpClient.connect(
                    new QmpAddress.Unix(vm.qemu.monitor()),
                    QmpOptions.defaults().withObservers(List.of(counter))));
            try (client;
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
                Latencies calm = Latencies.measureFor(CALM, client);
                vm.ask("blockdev-backup", """
                        {"job-id":"theirs","device":"active","target":"target","sync":"full","on-target-error":"ignore"}""");
                BlockJob job = TestVm.get(jobs.attach(new JobId("theirs"))).orElseThrow();
                job.onUpdate(info -> {});
                storm("backup", BACKUP_ERRORS, counter, client, calm);
                assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
            }
            assertNoJobLeft(vm.path("third.sock"));
        }
    }

    private static void storm(String what, long wanted, Counter counter, QmpClient client, Latencies calm) {
        long errors = counter.of("BLOCK_JOB_ERROR");
        long questions = counter.of("query-jobs") + counter.of("query-block-jobs");
        long enough = errors + wanted;
        long start = System.nanoTime();
        Latencies storm = Latencies.measureWhile(() -> counter.of("BLOCK_JOB_ERROR") < enough, client);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) + 1;
        long events = LiveObjects.count("QmpEvent");
        errors = counter.of("BLOCK_JOB_ERROR") - errors;
        questions = counter.of("query-jobs") + counter.of("query-block-jobs") - questions;

        System.out.printf(
                "%s: %d errors in at most %d s, %d questions, %d events held; calm: %s; storm: %s%n",
                what, errors, seconds, questions, events, calm, storm);
        assertThat(questions).isLessThan(MOST_QUESTIONS_PER_SECOND * (seconds + 1));
        assertThat(events).isLessThan(MOST_EVENTS_HELD);
    }

    private static void assertNoJobLeft(Path monitor) {
        try (RawMonitor oracle = RawMonitor.connect(monitor, Duration.ofSeconds(20))) {
            assertThat(oracle.execute("query-jobs")).isEmpty();
        }
    }
}
