package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of two jobs on the same images the second is refused, whoever has started which, and the first does not notice. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class OverlapTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    enum Kind {
        PULL("block-stream", ""),
        COMMIT("block-commit", ",\"top-node\":\"snap2\",\"base-node\":\"base\",\"backing-file\":\"base.qcow2\""),
        ACTIVE_COMMIT("block-commit", "");

        private final String command;
        private final String more;

        Kind(String command, String more) {
            this.command = command;
            this.more = more;
        }

        BlockJobRequest request() {
            return switch (this) {
                case PULL -> PullRequest.of("disk0").withSettings(SLOW);
                case COMMIT ->
                    CommitRequest.of("disk0").withTop("snap2").withBase("base").withSettings(SLOW);
                case ACTIVE_COMMIT -> CommitRequest.of("disk0").withSettings(SLOW);
            };
        }

        void startByTheOther(TestVm vm) {
            vm.ask(
                    command,
                    "{\"job-id\":\"theirs\",\"device\":\"active\",\"speed\":1,\"auto-dismiss\":false%s}"
                            .formatted(more));
        }

        JobOutcome end(BlockJob job) {
            TestVm.get(job.setSpeed(0));
            return TestVm.get(this == ACTIVE_COMMIT ? job.pivot() : job.outcome());
        }
    }

    private static void assertUnharmed(TestVm vm, Kind kind, JobOutcome outcome) {
        assertThat(outcome.completed()).as("%s", outcome).isTrue();
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.image(kind == Kind.ACTIVE_COMMIT ? "base" : "active"));
    }

    @ParameterizedTest
    @CsvSource({
        "PULL,PULL",
        "PULL,COMMIT",
        "PULL,ACTIVE_COMMIT",
        "COMMIT,PULL",
        "COMMIT,COMMIT",
        "ACTIVE_COMMIT,PULL",
        "ACTIVE_COMMIT,ACTIVE_COMMIT"
    })
    void refusesTheSecondOfTwoOfOurs(Kind first, Kind second) {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(first.request());
            assertThat(ScriptedVm.failure(vm.jobs.start(second.request())))
                    .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                            .isEqualTo(job.id()));
            // QEMU would refuse it too.
            assertThatThrownBy(() -> second.startByTheOther(vm)).isInstanceOf(QmpErrorException.class);
            assertUnharmed(vm, first, first.end(job));
        }
    }

    @ParameterizedTest
    @CsvSource({"PULL,PULL", "PULL,COMMIT", "COMMIT,PULL", "COMMIT,COMMIT", "ACTIVE_COMMIT,PULL"})
    void refusesOursBesideSomebodyElses(Kind theirs, Kind ours) {
        try (TestVm vm = TestVm.start()) {
            assertThat(TestVm.get(vm.jobs.disks())).hasSize(1);
            theirs.startByTheOther(vm);
            assertThat(ScriptedVm.failure(vm.jobs.start(ours.request())))
                    .isInstanceOfAny(JobConflictException.class, QmpCommandException.class);
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
            assertUnharmed(vm, theirs, theirs.end(job));
        }
    }
}
