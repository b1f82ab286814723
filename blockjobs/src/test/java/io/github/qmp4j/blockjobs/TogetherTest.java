package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs on two disks that wait for each other at READY. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TogetherTest {
    private static final CommitRequest FIRST = CommitRequest.of("disk0");
    private static final CommitRequest SECOND = CommitRequest.of("disk1");
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    private static TestVm twoDisks() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        });
    }

    /** The pivot of disk0 fails on every version, and its disk stays on the source. */
    private static TestVm whereTheFirstCannotBePivoted() {
        return TestVm.start(nodes -> {
            nodes.failingAfterItsFirstFlush("base", null, "flush_to_disk", 5, false);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
            nodes.andAnotherDisk();
        });
    }

    /** The name of the image that a disk is on. */
    private static String file(TestVm vm, int disk) {
        String name = vm.ask("query-block")
                .get(disk)
                .path("inserted")
                .path("image")
                .path("filename")
                .asText();
        return name.replaceAll(".*/([a-z0-9]+[.]qcow2).*", "$1");
    }

    private static List<BlockJob> start(TestVm vm, BlockJobRequest... requests) {
        return TestVm.get(vm.jobs.startTogether(List.of(requests)));
    }

    private static String status(TestVm vm, BlockJob job) {
        for (JsonNode entry : vm.ask("query-jobs")) {
            if (entry.path("id").asText().equals(job.id().value())) {
                return entry.path("status").asText();
            }
        }
        return "gone";
    }

    private static List<JobOutcome> outcomes(List<BlockJob> jobs) {
        return jobs.stream().map(job -> TestVm.get(job.outcome())).toList();
    }

    /** The overlay of disk1 holds nothing, so that its commit is READY at once. */
    @Test
    void switchNoDiskBeforeAllAreReady() {
        try (TestVm vm = twoDisks()) {
            List<BlockJob> jobs = start(
                    vm,
                    SECOND.withWhenReady(WhenReady.PIVOT),
                    FIRST.withWhenReady(WhenReady.PIVOT).withSettings(SLOW));
            TestVm.get(jobs.get(0).ready());
            await().during(1, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(status(vm, jobs.get(0))).isEqualTo("ready"));
            assertThat(status(vm, jobs.get(1))).isEqualTo("running");
            assertThat(file(vm, 1)).isEqualTo("other.qcow2");
            TestVm.get(jobs.get(1).setSpeed(0));

            assertThat(outcomes(jobs)).allMatch(JobOutcome::pivoted);
            assertThat(file(vm, 0)).isEqualTo("base.qcow2");
            assertThat(file(vm, 1)).isEqualTo("otherbase.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    /** All of its threads may wait for just these jobs. */
    @ParameterizedTest
    @EnumSource(names = {"PIVOT", "HOLD"})
    void arePivotedAlthoughTheExecutorForCallbacksRunsNothing(WhenReady then) {
        try (TestVm vm = twoDisks();
                BlockJobs stuck = BlockJobs.of(vm.client.withCallbacks(task -> {}), BlockJobOptions.defaults())) {
            List<BlockJob> jobs =
                    TestVm.get(stuck.startTogether(List.of(SECOND.withWhenReady(then), FIRST.withWhenReady(then))));
            if (then == WhenReady.HOLD) {
                assertThat(TestVm.get(BlockJobs.pivotTogether(jobs, PivotHooks.NONE)))
                        .allMatch(JobOutcome::pivoted);
            }
            assertThat(outcomes(jobs)).allMatch(JobOutcome::pivoted);
            assertThat(file(vm, 0)).isEqualTo("base.qcow2");
            assertThat(file(vm, 1)).isEqualTo("otherbase.qcow2");
            vm.assertNoJobsLeft();
        }
    }

    /** No atomicity is claimed: what was switched before stays so. */
    @Test
    void leaveTheRestOnItsSourceAfterTheFirstPivotThatFails() {
        try (TestVm vm = whereTheFirstCannotBePivoted()) {
            List<BlockJob> jobs = start(vm, FIRST, SECOND);
            jobs.forEach(job -> TestVm.get(job.ready()));
            vm.qemu.guestWrite("disk0", 9, 0, 65536);
            List<JobOutcome> outcomes = TestVm.get(BlockJobs.pivotTogether(jobs, PivotHooks.NONE));

            assertThat(outcomes).extracting(JobOutcome::head).containsExactly(Head.SOURCE, Head.SOURCE);
            assertThat(outcomes.get(0).end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(outcomes.get(1).end())
                    .isEqualTo(new End.Failed("the disk was not switched, since job %s failed: Input/output error"
                            .formatted(jobs.get(0).id())));
            assertThat(file(vm, 0)).isEqualTo("active.qcow2");
            assertThat(file(vm, 1)).isEqualTo("other.qcow2");
            vm.assertNoJobsLeft();
        }
    }

    @Test
    void keepWhatWasSwitchedBeforeTheFirstPivotThatFails() {
        try (TestVm vm = whereTheFirstCannotBePivoted()) {
            List<BlockJob> jobs = start(vm, SECOND, FIRST);
            jobs.forEach(job -> TestVm.get(job.ready()));
            vm.qemu.guestWrite("disk0", 9, 0, 65536);
            List<JobOutcome> outcomes = TestVm.get(BlockJobs.pivotTogether(jobs, PivotHooks.NONE));

            assertThat(outcomes.get(0).pivoted()).isTrue();
            assertThat(outcomes.get(1).end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(file(vm, 0)).isEqualTo("active.qcow2");
            assertThat(file(vm, 1)).isEqualTo("otherbase.qcow2");
        }
    }

    @Test
    void stayOnTheirSourceWhereOneEndsBeforeAllAreReady() {
        try (TestVm vm = twoDisks()) {
            List<BlockJob> jobs = start(
                    vm,
                    SECOND.withWhenReady(WhenReady.PIVOT),
                    FIRST.withWhenReady(WhenReady.PIVOT).withSettings(SLOW));
            TestVm.get(jobs.get(0).ready());
            vm.ask("job-cancel", "{\"id\":\"" + jobs.get(1).id() + "\"}");

            List<JobOutcome> outcomes = outcomes(jobs);
            assertThat(outcomes.get(0).end())
                    .isEqualTo(new End.Failed("the disk was not switched, since job %s was cancelled"
                            .formatted(jobs.get(1).id())));
            assertThat(outcomes.get(1).end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcomes).extracting(JobOutcome::head).containsOnly(Head.SOURCE);
            assertThat(file(vm, 1)).isEqualTo("other.qcow2");
            vm.assertNoJobsLeft();
        }
    }

    /** The copy that is complete and not wanted is named with the one that is neither. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nameTheCauseAndTheFilesWhereOneCopyIsCancelledByHand(boolean atReady) {
        try (TestVm vm = twoDisks()) {
            List<BlockJob> jobs = start(
                    vm,
                    CopyRequest.of("disk0", vm.path("copy0.qcow2").toString(), "qcow2"),
                    CopyRequest.of("disk1", vm.path("copy1.qcow2").toString(), "qcow2")
                            .withSettings(atReady ? JobSettings.defaults() : SLOW));
            TestVm.get(jobs.get(0).ready());
            if (atReady) {
                TestVm.get(jobs.get(1).ready());
            }
            String cancelled = "{\"id\":\"" + jobs.get(1).id() + "\"}";
            if (atReady) {
                vm.ask("job-cancel", cancelled);
            }
            CompletableFuture<List<JobOutcome>> pivot =
                    BlockJobs.pivotTogether(List.of(jobs.get(1), jobs.get(0)), PivotHooks.NONE);
            if (!atReady) {
                vm.ask("job-cancel", cancelled);
            }
            List<JobOutcome> outcomes = TestVm.get(pivot);

            assertThat(outcomes.get(0).end()).isEqualTo(new End.Cancelled());
            assertThat(outcomes.get(0).leftovers())
                    .extracting(Leftover::name)
                    .containsExactly(vm.path("copy1.qcow2").toString());
            assertThat(outcomes.get(1).end())
                    .isEqualTo(new End.Failed("the disk was not switched, since job %s was cancelled"
                            .formatted(jobs.get(1).id())));
            assertThat(outcomes.get(1).leftovers()).hasSize(1).allSatisfy(left -> {
                assertThat(left.name()).isEqualTo(vm.path("copy0.qcow2").toString());
                assertThat(left.why()).contains("a complete copy");
            });
            assertThat(file(vm, 0)).isEqualTo("active.qcow2");
            assertThat(file(vm, 1)).isEqualTo("other.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy0.qcow2"));
        }
    }

    /** QEMU refuses what no check can find out. */
    @Test
    void areCancelledWhereOneIsNotStarted() {
        try (TestVm vm = twoDisks()) {
            Throwable refusal = ScriptedVm.failure(vm.jobs.startTogether(List.of(
                    FIRST.withWhenReady(WhenReady.PIVOT).withSettings(SLOW),
                    CopyRequest.of("disk1", "/no/such/folder/copy.qcow2", "qcow2")
                            .withEngine(CopyEngine.DRIVE_MIRROR))));

            assertThat(refusal)
                    .isInstanceOfSatisfying(StartTogetherException.class, group -> assertThat(group.outcomes())
                            .singleElement()
                            .matches(outcome -> outcome.end() instanceof End.Cancelled)
                            .matches(outcome -> outcome.head() == Head.SOURCE))
                    .hasMessageContaining("the job on disk disk1 was not started")
                    .hasMessageContaining("cancelled again: commit-disk0-");
            vm.assertNoJobsLeft();
            assertThat(file(vm, 0)).isEqualTo("active.qcow2");
            assertThat(file(vm, 1)).isEqualTo("other.qcow2");
        }
    }

    @Test
    void areNotBegunWhereACheckRefusesOne() {
        try (TestVm vm = twoDisks()) {
            assertThat(ScriptedVm.failure(vm.jobs.startTogether(List.of(FIRST, CommitRequest.of("disk2")))))
                    .isInstanceOf(StartTogetherException.class)
                    .hasMessageContaining("the job on disk disk2 was not started")
                    .hasMessageContaining("no other job was");
            assertThat(vm.qemu.oracle().events())
                    .noneMatch(event -> event.path("event").asText().equals("JOB_STATUS_CHANGE"));
        }
    }

    /** Before anything is sent: one that ends by itself has nothing to wait at. */
    @Test
    void areNotPivotedTogetherWithAPull() {
        try (TestVm vm = twoDisks()) {
            List<BlockJob> jobs = start(vm, FIRST, PullRequest.of("disk1").withSettings(SLOW));
            assertThat(ScriptedVm.failure(BlockJobs.pivotTogether(jobs, PivotHooks.NONE)))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining(
                            "job %s ends by itself".formatted(jobs.get(1).id()));
            TestVm.get(jobs.get(0).ready());
            assertThat(status(vm, jobs.get(0))).isEqualTo("ready");
            jobs.forEach(job -> TestVm.get(job.cancel()));
        }
    }

    @Test
    void mayAllEndByThemselves() {
        try (TestVm vm = twoDisks()) {
            List<BlockJob> jobs = start(vm, PullRequest.of("disk0"), PullRequest.of("disk1"));
            assertThat(outcomes(jobs)).allMatch(JobOutcome::completed);
            assertThat(TestVm.get(BlockJobs.pivotTogether(List.of(), PivotHooks.NONE)))
                    .isEmpty();
            vm.assertNoJobsLeft();
        }
    }

    private record Notes(List<String> calls, boolean fails) implements PivotHooks {
        @Override
        public CompletionStage<?> before(List<JobInfo> jobs) {
            calls.add("before " + jobs.size());
            return fails
                    ? CompletableFuture.failedFuture(new IllegalStateException("no agent"))
                    : CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> after(List<JobInfo> jobs) {
            calls.add("after " + jobs.size());
            return CompletableFuture.completedStage(null);
        }
    }

    @Test
    void haveTheirHooksRunOnceForAll() {
        try (TestVm vm = twoDisks()) {
            Notes notes = new Notes(new CopyOnWriteArrayList<>(), false);
            JobSettings settings = JobSettings.defaults().withPivotHooks(notes);
            List<BlockJob> jobs = start(
                    vm,
                    FIRST.withWhenReady(WhenReady.PIVOT).withSettings(settings),
                    SECOND.withWhenReady(WhenReady.PIVOT).withSettings(settings));
            assertThat(outcomes(jobs)).allMatch(JobOutcome::pivoted);
            await().untilAsserted(() -> assertThat(notes.calls()).containsExactly("before 2", "after 2"));
        }
    }

    @Test
    void allStayReadyWhereTheHookBeforeFails() {
        try (TestVm vm = twoDisks()) {
            Notes notes = new Notes(new CopyOnWriteArrayList<>(), true);
            List<BlockJob> jobs = start(vm, FIRST, SECOND);
            assertThat(ScriptedVm.failure(BlockJobs.pivotTogether(jobs, notes)))
                    .isInstanceOf(PivotHookException.class)
                    .hasMessageContaining("are not pivoted");
            assertThat(notes.calls()).containsExactly("before 2", "after 2");
            assertThat(jobs).allMatch(job -> status(vm, job).equals("ready"));
            assertThat(TestVm.get(BlockJobs.pivotTogether(jobs, PivotHooks.NONE)))
                    .allMatch(JobOutcome::pivoted);
        }
    }

    @Test
    void areRefusedWithDifferentHooks() {
        try (TestVm vm = twoDisks()) {
            Notes notes = new Notes(new CopyOnWriteArrayList<>(), true);
            assertThat(ScriptedVm.failure(vm.jobs.startTogether(List.of(
                            FIRST, SECOND.withSettings(JobSettings.defaults().withPivotHooks(notes))))))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining("the same hooks");
            vm.assertNoJobsLeft();
        }
    }

    /** Nothing is begun that would have to be undone. */
    @Test
    void startsNothingWhereOneDiskIsNamedTwice() {
        try (TestVm vm = TestVm.start()) {
            assertThat(ScriptedVm.failure(vm.jobs.startTogether(List.of(
                            CopyRequest.of("disk0", vm.path("a.qcow2").toString(), "qcow2"),
                            CopyRequest.of("active", vm.path("b.qcow2").toString(), "qcow2")))))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining("disk active is named twice");
            assertThat(vm.qemu.oracle().events())
                    .noneMatch(event -> event.path("event").asText().equals("JOB_STATUS_CHANGE"));
            assertThat(vm.path("a.qcow2")).doesNotExist();
        }
    }
}
