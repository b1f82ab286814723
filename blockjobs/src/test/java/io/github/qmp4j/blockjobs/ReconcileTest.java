package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.KeyedVm.KEY;
import static io.github.qmp4j.blockjobs.KeyedVm.MERGE;
import static io.github.qmp4j.blockjobs.KeyedVm.slow;
import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.Finding.Kind;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever comes back learns what there is, and can have it settled. */
@QemuVersions
@Timeout(600)
class ReconcileTest {
    private final KeyedVm keyed = KeyedVm.start();
    private final TestVm vm = keyed.vm;
    private final JobStore store = keyed.store;

    @AfterEach
    void clean() {
        keyed.close();
    }

    private BlockJobs process() {
        return keyed.process();
    }

    @Test
    void findsNothingWhereNothingIsLeft() {
        try (BlockJobs jobs = process()) {
            get(get(jobs.adoptOrStart(KEY, MERGE)).outcome());
            assertThat(get(jobs.reconcile())).isEmpty();
        }
    }

    @Test
    void takesOverTheJobThatGoesOn() {
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(MERGE)));
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.RUNNING);
            assertThat(found.key()).hasValue(KEY);
            BlockJob job = get(jobs.resolve(found)).orElseThrow();
            get(job.setSpeed(0));
            assertThat(get(job.outcome()).pivoted()).isTrue();
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        vm.assertNoJobsLeft();
    }

    /** Started without a key, and known by its id. */
    @Test
    void collectsTheJobThatHasEndedUnseen() {
        JobId id;
        try (BlockJobs jobs = process()) {
            id = get(jobs.start(slow(PullRequest.of("disk0")))).id();
        }
        keyed.endsUnseen(id);
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.ENDED);
            assertThat(get(get(jobs.resolve(found)).orElseThrow().outcome()).completed())
                    .isTrue();
        }
        vm.assertNoJobsLeft();
    }

    @Test
    void tellsWhatWasNeverStartedFromWhatIsGone() {
        JobRecord intent = keyed.intent(MERGE);
        get(store.record(intent.at(JobRecord.Step.STARTED, Instant.now())));
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.UNSEEN);
            assertThat(get(get(jobs.resolve(found)).orElseThrow().outcome()).end())
                    .isInstanceOf(JobOutcome.End.Unknown.class);
        }
        get(store.record(intent));
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.NOT_STARTED);
            vm.assertNoJobsLeft();
            assertThat(get(get(jobs.resolve(found)).orElseThrow().outcome()).pivoted())
                    .isTrue();
            assertThat(get(jobs.reconcile())).isEmpty();
        }
    }

    /** Its data was moved while nobody watched it. */
    @Test
    void finalizesTheJobThatWaitsInPending() {
        JobId id;
        try (BlockJobs jobs = process()) {
            id = get(jobs.start(slow(PullRequest.of("disk0")))).id();
        }
        keyed.movesItsDataUnseen(id);
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.RUNNING);
            assertThat(found.what()).contains("waits in PENDING");
            assertThat(get(get(jobs.resolve(found)).orElseThrow().outcome()).completed())
                    .isTrue();
        }
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).containsExactly("active.qcow2");
    }

    @Test
    void leavesTheJobsOfOtherVmsAndOfOthersAlone() {
        QemuInstance elsewhere = new QemuInstance("unix:/elsewhere", "7.2.0", Optional.of("other"));
        get(store.record(keyed.intent(MERGE, elsewhere)));
        vm.ask("block-stream", """
                {"job-id":"somebodys","device":"active","speed":1048576,"auto-dismiss":false}""");
        try (BlockJobs jobs = process()) {
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        vm.ask("job-cancel", "{\"id\":\"somebodys\"}");
        keyed.awaitConcluded();
        vm.ask("job-dismiss", "{\"id\":\"somebodys\"}");
    }

    /** What another monitor of this QEMU was to start is this QEMU's. */
    @Test
    void findsTheWorkOfThisQemuWhicheverMonitorItCameBy() {
        QemuInstance here = get(QemuInstance.of(vm.client));
        get(store.record(keyed.intent(MERGE, new QemuInstance("unix:/elsewhere", here.version(), here.marker()))));
        try (BlockJobs jobs = process()) {
            assertThat(only(jobs).kind()).isEqualTo(Kind.UNSEEN);
        }
    }

    /** A QEMU that was started anew behind the same monitor. */
    @Test
    void findsTheWorkOfAnEarlierRunOfThisQemu() {
        QemuInstance here = get(QemuInstance.of(vm.client));
        QemuInstance before = new QemuInstance(here.monitor(), here.version(), Optional.of("earlier"));
        get(store.record(keyed.intent(MERGE, before).at(JobRecord.Step.STARTED, Instant.now())));
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.UNSEEN);
            assertThat(get(get(jobs.resolve(found)).orElseThrow().outcome()).error())
                    .hasValueSatisfying(why -> assertThat(why).contains("QEMU ended before the job did"));
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        get(store.record(keyed.intent(MERGE, before)));
        try (BlockJobs jobs = process()) {
            assertThat(only(jobs).kind()).isEqualTo(Kind.NOT_STARTED);
        }
    }

    @Test
    void dismissesTheJobOfAKeyThatHasEndedUnseen() {
        PullRequest pull = PullRequest.of("disk0");
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(pull)));
        }
        keyed.endsUnseen(KEY.jobId());
        try (BlockJobs jobs = process()) {
            Finding found = only(jobs);
            assertThat(found.kind()).isEqualTo(Kind.ENDED);
            assertThat(found.key()).hasValue(KEY);
            assertThat(get(get(jobs.resolve(found)).orElseThrow().outcome()).completed())
                    .isTrue();
            assertThat(keyed.recorded().step()).isEqualTo(JobRecord.Step.CLEANED);
            assertThat(get(jobs.reconcile())).isEmpty();
        }
        vm.assertNoJobsLeft();
    }

    /** The id of a key does not name the disk: where the graph cannot be asked, before 10.0, the store has to. */
    @Test
    void namesTheJobOfAKeyThatHasTheDisk() {
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(PullRequest.of("disk0"))));
        }
        try (BlockJobs jobs = process()) {
            assertThatThrownBy(() -> get(jobs.start(PullRequest.of("disk0"))))
                    .hasRootCauseInstanceOf(JobConflictException.class)
                    .hasStackTraceContaining("job " + KEY.jobId());
        }
    }

    private static Finding only(BlockJobs jobs) {
        List<Finding> found = get(jobs.reconcile());
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
