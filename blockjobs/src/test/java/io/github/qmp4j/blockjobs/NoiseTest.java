package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.COMMIT;
import static io.github.qmp4j.blockjobs.ScriptedVm.PULL;
import static io.github.qmp4j.blockjobs.ScriptedVm.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.Outgoing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events that say nothing, too many of them, or too few. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NoiseTest {
    private static final int ERRORS = 20_000;

    @Test
    void survivesAStormOfErrors() {
        // cases 38, 85
        BlockJobOptions seldom = BlockJobOptions.defaults().withProgressInterval(Duration.ofHours(1));
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults(), seldom)) {
            BlockJob job = vm.start(COMMIT);
            List<JobStatus> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
            EventSubscription updates = job.onUpdate(info -> seen.add(info.status()));
            vm.tell("created", "running");
            Outgoing error = told("BLOCK_JOB_ERROR", ",\"operation\":\"write\",\"action\":\"ignore\"");
            long asked = vm.count("query-block-jobs");
            IntStream.range(0, ERRORS).forEach(i -> vm.qemu.send(error));
            vm.job("commit", "concluded", "Input/output error");
            vm.tell("aborting", "concluded");

            assertThat(TestVm.get(job.outcome()).end()).isEqualTo(new End.Failed("Input/output error"));
            TestVm.get(updates.ended());
            assertThat(seen).containsOnlyOnce(JobStatus.CONCLUDED).doesNotContain(JobStatus.PAUSED_ON_ERROR);
            assertThat(job.info().ioErrors()).isBetween(1L, (long) ERRORS);
            // An error that is ignored is no reason to ask.
            assertThat(vm.count("query-block-jobs")).isEqualTo(asked);
        }
    }

    /** QEMU drains the node again and again; nobody has paused the job. */
    @Test
    void showsNoPauseThatNobodyAskedFor() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(COMMIT);
            List<JobStatus> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
            job.onUpdate(info -> seen.add(info.status()));
            vm.job("commit", "ready");
            vm.tell("created", "running");
            IntStream.range(0, 50).forEach(i -> vm.tell("paused", "running"));
            vm.tell("ready");
            IntStream.range(0, 50).forEach(i -> vm.tell("standby", "ready"));
            TestVm.get(job.ready());
            vm.job("commit", "concluded", "Operation canceled");
            vm.tell("aborting");
            vm.qemu.send(told("BLOCK_JOB_CANCELLED", ""));
            vm.tell("concluded");

            assertThat(TestVm.get(job.outcome()).end()).isInstanceOf(End.Cancelled.class);
            await().untilAsserted(() -> assertThat(seen).endsWith(JobStatus.CONCLUDED));
            assertThat(seen).doesNotContain(JobStatus.PAUSED, JobStatus.STANDBY, JobStatus.PAUSED_ON_ERROR);
        }
    }

    @Test
    void findsTheEndThoughTheEventsOfItWereDropped() {
        ExecutorService callbacks = Executors.newCachedThreadPool();
        try (ScriptedVm vm =
                ScriptedVm.start(QmpOptions.defaults().withEventQueue(1).withCallbacks(callbacks))) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "concluded");
            vm.chain("active");
            // So many at once that a queue of one must overflow before the end comes.
            String noise = IntStream.range(0, 2_000)
                    .mapToObj(i -> "{\"event\":\"JOB_STATUS_CHANGE\",\"data\":{\"id\":\"j\",\"status\":\"running\"},"
                            + "\"timestamp\":{\"seconds\":1,\"microseconds\":1}}\r\n")
                    .collect(java.util.stream.Collectors.joining());
            vm.qemu.send(Outgoing.raw(noise));

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
        } finally {
            callbacks.shutdown();
        }
    }

    /** QEMU says RUNNING, then PENDING; a busy machine takes the event before the answer. */
    @Test
    void staysAtWhatAnEventToldThoughAnOlderAnswerIsTakenLater() {
        ThreadPoolExecutor callbacks = new ThreadPoolExecutor(1, 1, 1, TimeUnit.HOURS, new LinkedBlockingQueue<>());
        CompletableFuture<Void> bothAreHere = new CompletableFuture<>();
        AtomicInteger asked = new AtomicInteger();
        try (ScriptedVm vm = ScriptedVm.working(callbacks)) {
            vm.job("backup", "running");
            vm.on("query-jobs", got -> {
                List<Outgoing> answer = vm.usualAnswer(got);
                if (asked.incrementAndGet() != 3) {
                    return answer;
                }
                callbacks.execute(bothAreHere::join);
                return List.of(answer.get(0), ScriptedVm.status("pending"));
            });
            CompletableFuture<Optional<BlockJob>> adopted = vm.jobs.adopt(new JobId("j"));
            await().until(() -> callbacks.getQueue().size() >= 2);
            bothAreHere.complete(null);

            BlockJob job = TestVm.get(adopted).orElseThrow();
            await().until(() -> asked.get() >= 3 && callbacks.getQueue().isEmpty() && callbacks.getActiveCount() == 0);
            assertThat(job.info().status()).isEqualTo(JobStatus.PENDING);
        } finally {
            callbacks.shutdown();
        }
    }

    /** Nothing rests on events alone: the status is asked for besides. */
    @Test
    void findsTheEndThoughNoEventCame() {
        BlockJobOptions often = BlockJobOptions.defaults().withCheckInterval(Duration.ofMillis(100));
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults(), often)) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "concluded");
            vm.chain("active");
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
        }
    }

    @Test
    void endsThoughTheUserHasShutDownTheExecutorForCallbacks() {
        ExecutorService callbacks = Executors.newCachedThreadPool();
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults().withCallbacks(callbacks))) {
            BlockJob job = vm.start(PULL);
            callbacks.shutdown();
            vm.job("stream", "concluded");
            vm.chain("active");
            vm.tell("created", "running", "concluded");
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
        }
    }

    /** A frozen user cannot hold up the end of a job, since what hangs on a future runs apart. */
    @Test
    void endsThoughAListenerHangs() {
        CountDownLatch released = new CountDownLatch(1);
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            job.onUpdate(info -> {
                try {
                    released.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            CompletableFuture<JobOutcome> outcome = job.outcome();
            vm.job("stream", "concluded");
            vm.chain("active");
            vm.tell("created", "running", "concluded");
            assertThat(TestVm.get(outcome).completed()).isTrue();
        } finally {
            released.countDown();
        }
    }
}
