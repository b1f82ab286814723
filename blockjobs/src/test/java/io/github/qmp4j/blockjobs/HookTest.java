package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done right before and right after a pivot, as the freeze and the thaw of a guest. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HookTest {
    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

    /** Notes what it is called for, and does what a test says. */
    private static final class Notes implements PivotHooks {
        final List<String> calls = new CopyOnWriteArrayList<>();
        private final Supplier<CompletionStage<?>> before;
        private final Supplier<CompletionStage<?>> after;

        Notes(Supplier<CompletionStage<?>> before, Supplier<CompletionStage<?>> after) {
            this.before = before;
            this.after = after;
        }

        static Notes ofBefore(Supplier<CompletionStage<?>> before) {
            return new Notes(before, () -> DONE);
        }

        @Override
        public CompletionStage<?> before(List<JobInfo> jobs) {
            calls.add("before");
            assertThat(jobs).hasSize(1);
            return before.get();
        }

        @Override
        public CompletionStage<?> after(List<JobInfo> jobs) {
            calls.add("after");
            return after.get();
        }
    }

    private static String side(TestVm vm) {
        return vm.liveChain().get(0);
    }

    /** By a verb, or at READY by the request; the second monitor sees what each hook meets. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void runBeforeAndAfterTheDiskIsSwitched(boolean byItself) {
        try (TestVm vm = TestVm.start()) {
            List<String> seen = new CopyOnWriteArrayList<>();
            CompletableFuture<Void> thawed = new CompletableFuture<>();
            Notes notes = new Notes(
                    () -> {
                        seen.add(side(vm) + " " + vm.onlyJob().path("status").asText());
                        return DONE;
                    },
                    () -> {
                        seen.add(side(vm));
                        return thawed;
                    });
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withWhenReady(byItself ? WhenReady.PIVOT : WhenReady.HOLD)
                    .withSettings(JobSettings.defaults().withPivotHooks(notes)));
            CompletableFuture<JobOutcome> pivot = byItself ? job.outcome() : job.pivot();

            await().until(() -> seen.size() == 2);
            assertThat(seen).containsExactly("active.qcow2 ready", "base.qcow2");
            assertThat(TestVm.get(job.outcome()).pivoted()).isTrue();
            assertThat(pivot.isDone()).isEqualTo(byItself);
            thawed.complete(null);
            assertThat(TestVm.get(pivot).pivoted()).isTrue();
            assertThat(notes.calls).containsExactly("before", "after");
            vm.assertUnchanged(vm.image("base"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leaveTheJobReadyWhereTheFirstFails(boolean throwsAtOnce) {
        try (TestVm vm = TestVm.start()) {
            IllegalStateException noAgent = new IllegalStateException("the guest has no agent");
            Notes notes = Notes.ofBefore(() -> {
                if (throwsAtOnce) {
                    throw noAgent;
                }
                return CompletableFuture.failedFuture(noAgent);
            });
            BlockJob job = vm.start(CommitRequest.of("disk0"));

            assertThat(ScriptedVm.failure(job.pivot(notes)))
                    .isInstanceOf(PivotHookException.class)
                    .hasRootCause(noAgent)
                    .hasMessageContaining("job %s is not pivoted".formatted(job.id()))
                    .hasMessageContaining("the guest has no agent");
            assertThat(notes.calls).containsExactly("before", "after");
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("ready");
            assertThat(side(vm)).isEqualTo("active.qcow2");
            assertThat(job.outcome()).isNotDone();
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
        }
    }

    /** The same hooks, which may take so long. */
    private record Bounded(PivotHooks hooks, Duration bound) implements PivotHooks {
        @Override
        public CompletionStage<?> before(List<JobInfo> jobs) {
            return hooks.before(jobs);
        }

        @Override
        public CompletionStage<?> after(List<JobInfo> jobs) {
            return hooks.after(jobs);
        }

        @Override
        public Optional<Duration> limit() {
            return Optional.of(bound);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leaveTheJobReadyWhereTheFirstIsNeverOver(boolean blocks) {
        CompletableFuture<Void> never = new CompletableFuture<>();
        try (ScriptedVm vm = ScriptedVm.start()) {
            Notes notes = Notes.ofBefore(() -> {
                if (blocks) {
                    never.join();
                }
                return never;
            });
            BlockJob job = vm.start(COMMIT);
            vm.job("commit", "ready");
            vm.tell("created", "running", "ready");

            assertThat(ScriptedVm.failure(job.pivot(new Bounded(notes, Duration.ofMillis(100)))))
                    .isInstanceOf(PivotHookException.class)
                    .hasMessageContaining("it was not over after 100 ms");
            assertThat(notes.calls).containsExactly("before", "after");
            assertThat(vm.count("job-complete")).isZero();
            assertThat(job.outcome()).isNotDone();
        } finally {
            never.complete(null);
        }
    }

    @Test
    void letAPivotGoOnWhoseLastHookIsNeverOver() {
        try (TestVm vm = TestVm.start()) {
            Notes notes = new Notes(() -> DONE, CompletableFuture::new);
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            assertThat(ScriptedVm.failure(job.pivot(new Bounded(notes, Duration.ofSeconds(1)))))
                    .isInstanceOf(PivotHookException.class)
                    .hasMessageContaining("it was not over after 1000 ms");
            assertThat(TestVm.get(job.outcome()).pivoted()).isTrue();
        }
    }

    @Test
    void tellWhyAJobThatWasToPivotByItselfIsStillReady() {
        try (TestVm vm = TestVm.start()) {
            Notes notes = Notes.ofBefore(() -> CompletableFuture.failedFuture(new IllegalStateException("no agent")));
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withWhenReady(WhenReady.PIVOT)
                    .withSettings(JobSettings.defaults().withPivotHooks(notes)));
            await().untilAsserted(() -> assertThat(job.info().error())
                    .hasValueSatisfying(why -> assertThat(why).contains("PIVOT at READY was refused", "no agent")));
            assertThat(notes.calls).containsExactly("before", "after");
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("ready");
            TestVm.get(job.cancel());
        }
    }

    @Test
    void tellThatTheSecondFailedThoughTheDiskIsSwitched() {
        try (TestVm vm = TestVm.start()) {
            Notes notes =
                    new Notes(() -> DONE, () -> CompletableFuture.failedFuture(new IllegalStateException("frozen")));
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            assertThat(ScriptedVm.failure(job.pivot(notes)))
                    .isInstanceOf(PivotHookException.class)
                    .hasMessageContaining("after the pivot failed")
                    .hasMessageContaining("frozen");
            assertThat(TestVm.get(job.outcome()).pivoted()).isTrue();
            assertThat(side(vm)).isEqualTo("base.qcow2");
            assertThat(notes.calls).containsExactly("before", "after");
        }
    }

    /** Whoever froze a guest must hear of it, whatever becomes of QEMU. */
    @Test
    void runAfterTheSessionIsLost() {
        try (TestVm vm = TestVm.start()) {
            Notes notes = Notes.ofBefore(() -> {
                vm.qemu.kill();
                return DONE;
            });
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            JobOutcome outcome = TestVm.get(job.pivot(notes));
            assertThat(outcome.end()).isInstanceOf(End.Unknown.class);
            assertThat(outcome.head()).isEqualTo(Head.UNKNOWN);
            assertThat(notes.calls).containsExactly("before", "after");
        }
    }

    /** A frozen guest must not wait until somebody repairs the target. */
    @Test
    void runWhenAnErrorHoldsThePivotUp() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.failingAfterItsFirstFlush("base", null, "flush_to_disk", 5, true);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        })) {
            vm.assumeKnows("blockdev-add/arg/driver/^copy-before-write");
            Notes notes = Notes.ofBefore(() -> DONE);
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withOnError(ErrorPolicy.STOP)));
            TestVm.get(job.ready());
            vm.qemu.guestWrite("disk0", 9, 0, 65536);
            CompletableFuture<JobOutcome> pivot = job.pivot(notes);
            await().untilAsserted(() -> assertThat(notes.calls).containsExactly("before", "after"));
            assertThat(vm.onlyJob().path("io-status").asText()).isEqualTo("failed");
            assertThat(pivot).isNotDone();
            TestVm.get(job.resume());
            assertThat(TestVm.get(pivot).pivoted()).isTrue();
            assertThat(notes.calls).containsExactly("before", "after");
        }
    }

    @Test
    void runOnceAroundAllThatIsTriedOfAPivot() {
        BlockJobOptions few = BlockJobOptions.defaults().withPivotRetries(2);
        try (ScriptedVm vm = ScriptedVm.start(io.github.qmp4j.QmpOptions.defaults(), few)) {
            vm.on("job-complete", ScriptedVm.refusal("Could not open backing file"));
            BlockJob job = vm.start(COMMIT);
            vm.job("commit", "ready");
            vm.tell("created", "running", "ready");
            Notes notes = Notes.ofBefore(() -> {
                assertThat(vm.count("job-complete")).isZero();
                return DONE;
            });
            assertThat(ScriptedVm.failure(job.pivot(notes))).hasMessageContaining("Could not open backing file");
            assertThat(vm.count("job-complete")).isEqualTo(3);
            assertThat(notes.calls).containsExactly("before", "after");
        }
    }

    @Test
    void areNotRunForAJobThatHasEnded() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.pivot());
            Notes notes = Notes.ofBefore(() -> DONE);
            assertThat(TestVm.get(job.pivot(notes)).pivoted()).isTrue();
            assertThat(notes.calls).isEmpty();
        }
    }
}
