package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that were only met: an observer touches nothing, whoever adopts a job dismisses it. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class AttachTest {
    private static final JobId JOB = new JobId("theirs");

    private static void startCommit(TestVm vm, int speed) {
        vm.ask(
                "block-commit",
                "{\"job-id\":\"theirs\",\"device\":\"active\",\"speed\":%d,\"auto-dismiss\":false}".formatted(speed));
    }

    private static void awaitStatus(TestVm vm, String status) {
        await().untilAsserted(() ->
                assertThat(vm.ask("query-jobs").get(0).path("status").asText()).isEqualTo(status));
    }

    @Test
    void findsNoJobWhereThereIsNone() {
        try (TestVm vm = TestVm.start()) {
            assertThat(TestVm.get(vm.jobs.attach(JOB))).isEmpty();
            assertThat(TestVm.get(vm.jobs.adopt(JOB))).isEmpty();
        }
    }

    @Test
    void observesAJobAndDoesNotDismissIt() {
        try (TestVm vm = TestVm.start()) {
            startCommit(vm, 1);
            BlockJob job = TestVm.get(vm.jobs.attach(JOB)).orElseThrow();
            assertThat(job.request()).isEmpty();
            vm.ask("job-cancel", "{\"id\":\"theirs\"}");

            assertThat(TestVm.get(job.outcome()).end()).isInstanceOf(End.Cancelled.class);
            awaitStatus(vm, "concluded");
        }
    }

    @Test
    void adoptsAReadyCommitAndPivotsIt() {
        try (TestVm vm = TestVm.start()) {
            startCommit(vm, 0);
            awaitStatus(vm, "ready");
            BlockJob job = TestVm.get(vm.jobs.adopt(JOB)).orElseThrow();
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("active", "snap2", "snap1");
            assertThat(vm.activeFile()).isEqualTo(vm.image("base").toString());
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    @Test
    void provesThePivotOfAnAdoptedCopyBesideAnotherDisk() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        })) {
            vm.ask("drive-mirror", """
                    {"job-id":"theirs","device":"active","target":"copy.qcow2","format":"qcow2","sync":"full",
                    "auto-dismiss":false}""");
            awaitStatus(vm, "ready");
            JobOutcome outcome =
                    TestVm.get(TestVm.get(vm.jobs.adopt(JOB)).orElseThrow().pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @Test
    void dismissesAnObservedJobThatIsAdoptedBeforeItEnds() {
        try (TestVm vm = TestVm.start()) {
            startCommit(vm, 1);
            BlockJob observed = TestVm.get(vm.jobs.attach(JOB)).orElseThrow();
            assertThat(TestVm.get(vm.jobs.adopt(JOB))).isPresent();
            TestVm.get(observed.cancel());
            vm.assertNoJobsLeft();
        }
    }

    @Test
    void dismissesAnEndedJobThatIsAdopted() {
        try (TestVm vm = TestVm.start()) {
            startCommit(vm, 1);
            vm.ask("job-cancel", "{\"id\":\"theirs\"}");
            awaitStatus(vm, "concluded");
            BlockJob job = TestVm.get(vm.jobs.adopt(JOB)).orElseThrow();

            assertThat(TestVm.get(job.outcome()).completed()).isFalse();
            vm.assertNoJobsLeft();
        }
    }

    /** A job-id says nothing of the disk: what another disk does must not be taken for it. */
    @Test
    void doesNotTakeThePivotOfAnotherDiskForTheJobs() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        })) {
            startCommit(vm, 0);
            awaitStatus(vm, "ready");
            BlockJob job = TestVm.get(vm.jobs.attach(JOB)).orElseThrow();
            assertThat(TestVm.get(vm.start(CommitRequest.of("disk1")).pivot()).pivoted())
                    .isTrue();
            vm.ask("block-job-cancel", "{\"device\":\"theirs\"}");

            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.pivoted()).as("%s", outcome).isFalse();
            assertThat(outcome.released()).isEmpty();
        }
    }
}
