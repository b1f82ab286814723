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

/** A55, P40, row 38 of the table by version: a disk that always fails, and a job that tries again for ever. */
@QemuVersions
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class RealErrorStormTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final Duration TIME = Duration.ofSeconds(FULL ? 10 : 2);
    private static final Duration CALM = Duration.ofSeconds(1);
    private static final Duration BAR = Duration.ofMillis(100);
    private static final int EIO = 5;

    /** The slowest of those measured: a backup on QEMU 7.2 or later, on a machine that others use too. */
    private static final int FEWEST_PER_SECOND = 10;

    /** As many as two subscriptions hold. */
    private static final long MOST_EVENTS_HELD = 20_000;

    /** Of each query: by the progress each 500 ms, by the check each 30 s, and a few about the errors. */
    private static final long MOST_QUESTIONS = 10 + 4 * 10;

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
                        "-chardev",
                        "socket,id=third,path=third.sock,server=on,wait=off",
                        "-mon",
                        "chardev=third,mode=control"));
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
                    new QmpAddress.Unix(vm.qemu.monitor()), QmpOptions.with(o -> o.observers = List.of(counter))));
            try (client;
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
                Latencies calm = Latencies.measureFor(CALM, client);
                BlockJob job = TestVm.get(jobs.start(
                        CommitRequest.of("disk0").with(JobSettings.DEFAULT.withOnError(ErrorPolicy.IGNORE))));
                job.onUpdate(info -> {});
                await().until(() -> counter.of("BLOCK_JOB_ERROR") > 0);
                storm("active commit", vm, counter, client, calm);
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
                    new QmpAddress.Unix(vm.qemu.monitor()), QmpOptions.with(o -> o.observers = List.of(counter))));
            try (client;
                    BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
                Latencies calm = Latencies.measureFor(CALM, client);
                vm.ask("blockdev-backup", """
                        {"job-id":"theirs","device":"active","target":"target","sync":"full","on-target-error":"ignore"}""");
                BlockJob job = TestVm.get(jobs.attach(new JobId("theirs"))).orElseThrow();
                job.onUpdate(info -> {});
                storm("backup", vm, counter, client, calm);
                assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);
            }
            assertNoJobLeft(vm.path("third.sock"));
        }
    }

    private static void storm(String what, TestVm vm, Counter counter, QmpClient client, Latencies calm) {
        long errors = counter.of("BLOCK_JOB_ERROR");
        long questions = counter.of("query-jobs") + counter.of("query-block-jobs");
        Latencies storm = Latencies.measureFor(TIME, client);
        long events = LiveObjects.count("QmpEvent");
        errors = counter.of("BLOCK_JOB_ERROR") - errors;
        questions = counter.of("query-jobs") + counter.of("query-block-jobs") - questions;

        System.out.printf(
                "%s: %d errors in %d ms, %d questions, %d events held; calm: %s; storm: %s%n",
                what, errors, TIME.toMillis(), questions, events, calm, storm);
        assertThat(errors).isGreaterThan(FEWEST_PER_SECOND * TIME.toSeconds());
        assertThat(questions).isLessThan(MOST_QUESTIONS);
        assertThat(events).isLessThan(MOST_EVENTS_HELD);
        if (FULL) {
            // QEMU itself takes longer to answer then, most of all on a machine that others use too.
            Duration qemus = Latencies.measureFor(CALM, vm.qemu.oracle()).p99();
            assertThat(storm.p99()).isLessThan(BAR.plus(qemus));
        }
    }

    private static void assertNoJobLeft(Path monitor) {
        try (RawMonitor oracle = RawMonitor.connect(monitor, Duration.ofSeconds(20))) {
            assertThat(oracle.execute("query-jobs")).isEmpty();
        }
    }
}
