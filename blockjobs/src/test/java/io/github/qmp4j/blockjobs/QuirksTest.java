package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Jobs of somebody else that have ended and that nobody has dismissed: on 7.2 a pull, on 5.2 a backup makes QEMU die of
 * being asked for its nodes.
 */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class QuirksTest {
    private static final JobId THEIRS = new JobId("theirs");

    private static TestVm twoDisks() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        });
    }

    /** Starts a job on disk1. */
    private static void start(TestVm vm, String type, int speed) {
        if (type.equals("stream")) {
            vm.ask("block-stream", """
                    {"job-id":"theirs","device":"other","auto-dismiss":false,"speed":%d}""".formatted(speed));
        } else {
            vm.ask("blockdev-add", """
                    {"driver":"null-co","node-name":"sink","size":%d}""".formatted(TestVm.SIZE));
            vm.ask("blockdev-backup", """
                    {"job-id":"theirs","device":"other","target":"sink","sync":"full","auto-dismiss":false,"speed":%d}""".formatted(speed));
        }
    }

    private static void awaitConcluded(TestVm vm) {
        await().untilAsserted(() ->
                assertThat(vm.ask("query-jobs").get(0).path("status").asText()).isEqualTo("concluded"));
    }

    private static void assertAlive(TestVm vm) {
        assertThat(vm.ask("query-status").path("status").asText()).isEqualTo("prelaunch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "backup"})
    void readsDisksAndRunsJobsBesideAJobThatNobodyHasDismissed(String type) {
        try (TestVm vm = twoDisks()) {
            // So that the nodes are known from before, where they cannot be listed now.
            assertThat(TestVm.get(vm.jobs.disks()))
                    .filteredOn(Disk::isPluggedIn)
                    .hasSize(2);
            start(vm, type, 0);
            awaitConcluded(vm);

            assertThat(TestVm.get(vm.jobs.disks()))
                    .filteredOn(Disk::isPluggedIn)
                    .hasSize(2);
            assertThat(TestVm.get(vm.jobs.list())).hasSize(1);
            JobOutcome outcome = TestVm.get(vm.start(CommitRequest.of("disk0")).pivot());
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertAlive(vm);
            assertThat(vm.onlyJob().path("device").asText()).isEqualTo("theirs");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "backup"})
    void observesAJobToItsEndAndLeavesItThere(String type) {
        try (TestVm vm = twoDisks()) {
            start(vm, type, 1);
            BlockJob job = TestVm.get(vm.jobs.attach(THEIRS)).orElseThrow();
            TestVm.get(job.setSpeed(0));

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertAlive(vm);
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("concluded");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stream", "backup"})
    void adoptsAJobAndDismissesItBeforeItReadsTheGraph(String type) {
        try (TestVm vm = twoDisks()) {
            start(vm, type, 1);
            BlockJob job = TestVm.get(vm.jobs.adopt(THEIRS)).orElseThrow();
            TestVm.get(job.setSpeed(0));

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertAlive(vm);
            vm.assertNoJobsLeft();
        }
    }
}
