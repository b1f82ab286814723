package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.KeyedVm.KEY;
import static io.github.qmp4j.blockjobs.KeyedVm.MERGE;
import static io.github.qmp4j.blockjobs.KeyedVm.slow;
import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobRecord.Step;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All that the store knows is that a job was about to be started: QEMU may have it, or not, or no longer. */
@Timeout(600)
class IntentTest {
    private final KeyedVm keyed = KeyedVm.start();
    private final TestVm vm = keyed.vm;

    @AfterEach
    void clean() {
        keyed.close();
    }

    /** Killed between the command and its record. */
    @Test
    void takesOverTheJobThatIsThere() {
        JobRecord intent = keyed.intent(MERGE);
        try (BlockJobs jobs = keyed.process()) {
            get(jobs.adoptOrStart(KEY, slow(MERGE)));
        }
        get(keyed.store.record(intent));
        try (BlockJobs jobs = keyed.process()) {
            BlockJob job = get(jobs.adoptOrStart(KEY, MERGE));
            assertThat(keyed.recorded().step()).isEqualTo(Step.STARTED);
            get(job.setSpeed(0));
            assertThat(get(job.outcome()).pivoted()).isTrue();
            assertThat(keyed.recorded().step()).isEqualTo(Step.CLEANED);
        }
        assertThat(vm.liveChain()).containsExactly("base.qcow2");
    }

    /** Somebody's job may have been this one, and what it would do now was not asked for. */
    @Test
    void startsNothingOnAChainThatHasChanged() {
        get(keyed.store.record(keyed.intent(MERGE)));
        assertThat(vm.run(CommitRequest.of("disk0").withTop("snap2").withBase("snap1"))
                        .completed())
                .isTrue();
        try (BlockJobs jobs = keyed.process()) {
            assertThat(get(get(jobs.adoptOrStart(KEY, MERGE)).outcome()).end()).isInstanceOf(End.Unknown.class);
        }
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).hasSize(3);
    }

    /** The store is of a QEMU that was started anew, and somebody has made a job of the same id there. */
    @Test
    void doesNotTakeOverAJobOfAnotherRunOfQemu() {
        QemuInstance here = get(QemuInstance.of(vm.client));
        QemuInstance before = new QemuInstance(here.monitor(), here.version(), Optional.of("earlier"));
        JobRecord record = keyed.intent(MERGE, before);
        try (BlockJobs jobs = keyed.process()) {
            get(jobs.adoptOrStart(KEY, slow(MERGE)));
        }
        get(keyed.store.record(record));
        try (BlockJobs jobs = keyed.process()) {
            assertThat(ScriptedVm.failure(jobs.adoptOrStart(KEY, MERGE)))
                    .isInstanceOf(JobConflictException.class)
                    .hasMessageContaining("from an earlier run of QEMU");
        }
        assertThat(vm.onlyJob().path("device").asText()).isEqualTo(KEY.jobId().value());
    }
}
