package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.Story.Dismissal;
import io.github.qmp4j.blockjobs.engine.MonitoredJobs;
import io.github.qmp4j.blockjobs.engine.UserJobs;
import io.github.qmp4j.client.Backoff;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.testkit.CuttingProxy;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the executor for callbacks does with a task, no outcome is lost, and none is wrong. */
@QemuVersions
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class JobHandOverTest {
    static Stream<Story> stories() {
        return Stories.all().stream()
                .filter(story -> List.of("succeeds", "pivots", "finishes", "is cancelled", "fails on its way")
                        .contains(story.title()));
    }

    @ParameterizedTest
    @MethodSource("stories")
    void anErrorAtAnyHandOverOfAJobLosesNothing(Story story) {
        List<Act> order =
                Interleavings.of(story.acts(Dismissal.OURS), 1, new Random(1)).get(0);
        int call = 0;
        int calls;
        do {
            int faulty = call++;
            try (FaultyExecutor executor = new FaultyExecutor(n -> n == faulty);
                    ScriptedVm vm = ScriptedVm.working(executor)) {
                play(story, order, vm);
                calls = executor.calls();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("an error at hand-over %d of %s: %s".formatted(faulty, order, e), e);
            }
        } while (call < calls);
        assertThat(call).isGreaterThan(20);
    }

    private static void play(Story story, List<Act> order, ScriptedVm vm) {
        Play play = new Play(vm, story);
        BlockJob job = play.play(order);
        JobOutcome outcome = hanging(job.outcome());
        assertThat(outcome.end()).isInstanceOfAny(story.ends().toArray(Class<?>[]::new));
        assertThat(outcome.head()).isEqualTo(story.head());
        assertThat(play.verbs()).allMatch(result -> result == null || result.equals(outcome));
        assertThat(play.updates()).endsWith(JobStatus.CONCLUDED).containsOnlyOnce(JobStatus.CONCLUDED);
        boolean wasReady = hanging(job.ready().handle((ready, failure) -> failure == null));
        assertThat(wasReady).isEqualTo(story.becomesReady());
        JobOutcome again = hanging(job.cancel());
        assertThat(again).isEqualTo(outcome);
        assertThat(hanging(vm.jobs.list())).isEmpty();
        assertThat(hanging(vm.jobs.disks())).isNotEmpty();
        assertThat(hanging(vm.jobs.attach(job.id()))).isEmpty();
    }

    private static <T> T hanging(CompletableFuture<T> future) {
        return TestVm.get(future.thenApply(result -> result));
    }

    @ParameterizedTest
    @EnumSource(Life.class)
    void errorsAtEveryThirdHandOverOfARealJobLoseNothing(Life life) {
        try (SmallDisk disk = SmallDisk.create()) {
            JobOutcome outcome;
            try (RealQemu qemu = disk.start();
                    FaultyExecutor executor = new FaultyExecutor(n -> n % 3 == 1);
                    QmpClient client = TestVm.get(QmpClient.connect(
                            new QmpAddress.Unix(qemu.monitor()),
                            QmpOptions.defaults().withCallbacks(executor)));
                    BlockJobs jobs =
                            new UserJobs(new MonitoredJobs(client, BlockJobOptions.defaults(), executor), executor)) {
                outcome = hanging(hanging(jobs.start(life.fast(disk.folder()))).outcome());
                assertThat(executor.calls()).isGreaterThan(20);
                assertThat(SmallDisk.liveChain(qemu)).isEqualTo(life.chain);
                assertThat(qemu.oracle().execute("query-jobs")).isEmpty();
            }
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            disk.assertHoldsAll(life.result);
        }
    }

    static Stream<Executor> faulty() {
        return Stream.of(
                task -> {
                    throw new RejectedExecutionException("for the test");
                },
                task -> {
                    throw new OutOfMemoryError("unable to create native thread: for the test");
                },
                // all of its threads may wait for just this job
                task -> {});
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void aJobLivesThroughALostSessionThoughTheExecutorTakesNothing(Executor callbacks) {
        try (SmallDisk disk = SmallDisk.create();
                RealQemu qemu = disk.start();
                CuttingProxy proxy = CuttingProxy.start(qemu.monitor());
                QmpSupervisor supervisor = QmpSupervisor.start(
                        new QmpAddress.Unix(proxy.socket()),
                        QmpOptions.defaults().withCallbacks(callbacks),
                        new Backoff(Duration.ofMillis(10), Duration.ofMillis(100), 2, 0));
                BlockJobs jobs = BlockJobs.of(supervisor, BlockJobOptions.defaults())) {
            BlockJob job = TestVm.get(jobs.start(Life.COMMIT_AND_PIVOT.on(
                    disk.folder(), JobSettings.defaults().withSpeed(1))));
            proxy.cut(
                    CuttingProxy.Direction.TO_QEMU,
                    proxy.messages(CuttingProxy.Direction.TO_QEMU) + 1,
                    CuttingProxy.Place.BEFORE);
            TestVm.get(job.setSpeed(0));
            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(TestVm.get(job.outcome()).pivoted()).isTrue();
            assertThat(TestVm.get(jobs.list())).isEmpty();
            assertThat(SmallDisk.liveChain(qemu)).containsExactly("base.qcow2");
        }
    }
}
