package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.KeyedVm.KEY;
import static io.github.qmp4j.blockjobs.KeyedVm.MERGE;
import static io.github.qmp4j.blockjobs.KeyedVm.slow;
import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.JobRecord.Step;
import io.github.qmp4j.testkit.QemuVersions;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The work of a key is done once; each new {@link BlockJobs} stands for a process that comes back. */
@QemuVersions
@Timeout(600)
class AdoptOrStartTest {
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
    void givesOneHandleToAllWhoAskAtOnce() {
        try (BlockJobs jobs = process()) {
            CompletableFuture<BlockJob> first = jobs.adoptOrStart(KEY, slow(MERGE));
            CompletableFuture<BlockJob> second = jobs.adoptOrStart(KEY, slow(MERGE));
            assertThat(get(second)).isSameAs(get(first));
            assertThat(vm.onlyJob().path("device").asText())
                    .isEqualTo(KEY.jobId().value());
            assertThat(keyed.recorded().step()).isEqualTo(Step.STARTED);
        }
    }

    @Test
    void takesOverWhatAnEarlierProcessStartedAndDoesTheRest() {
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(MERGE)));
        }
        try (BlockJobs jobs = process()) {
            BlockJob job = get(jobs.adoptOrStart(KEY, MERGE));
            assertThat(job.request()).hasValue(MERGE);
            get(job.setSpeed(0));
            JobOutcome outcome = get(job.outcome());
            assertThat(outcome.pivoted()).isTrue();
            assertThat(outcome.released()).hasSize(3);
            assertThat(keyed.recorded().step()).isEqualTo(Step.CLEANED);
            assertThat(keyed.recorded().outcome()).hasValue(outcome);
        }
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).containsExactly("base.qcow2");
        vm.assertUnchanged(vm.image("base"));
    }

    /** Nobody was there when it ended; it waits in QEMU for whoever comes, in PENDING or, finalized by another client, concluded. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesOverWhatHasEndedUnseen(boolean concluded) {
        PullRequest pull = PullRequest.of("disk0");
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(pull)));
        }
        if (concluded) {
            keyed.endsUnseen(KEY.jobId());
        } else {
            keyed.movesItsDataUnseen(KEY.jobId());
        }
        try (BlockJobs jobs = process()) {
            assertThat(get(get(jobs.adoptOrStart(KEY, pull)).outcome()).completed())
                    .isTrue();
        }
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.image("active"));
    }

    /** In another run of QEMU the graph proves an end only where the data was on disk before the header could change. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void believesTheGraphOfAnotherRunOnlyWhereTheFlushIsRecorded(boolean flushed) {
        PullRequest pull = PullRequest.of("disk0").withBase("base");
        QemuInstance here = get(QemuInstance.of(vm.client));
        JobRecord intent =
                keyed.intent(pull, new QemuInstance(here.monitor(), here.version(), Optional.of("an earlier run")));
        assertThat(vm.run(pull).completed()).isTrue();
        JobRecord last = flushed
                ? intent.ending(JobRecord.Verb.FINALIZE, Instant.now())
                : intent.at(Step.STARTED, Instant.now());
        get(keyed.store.record(last));
        try (BlockJobs jobs = process()) {
            JobOutcome outcome = get(get(jobs.adoptOrStart(KEY, pull)).outcome());
            assertThat(outcome.completed()).as("%s", outcome).isEqualTo(flushed);
            assertThat(outcome.end() instanceof End.Unknown).isEqualTo(!flushed);
            assertThat(outcome.released()).isEmpty();
        }
    }

    @Test
    void completesAtOnceWithWhatIsKnownOfTheEnd() {
        JobOutcome outcome;
        try (BlockJobs jobs = process()) {
            outcome = get(get(jobs.adoptOrStart(KEY, MERGE)).outcome());
            assertThat(outcome.pivoted()).isTrue();
        }
        try (BlockJobs jobs = process()) {
            BlockJob again = get(jobs.adoptOrStart(KEY, MERGE));
            assertThat(get(again.outcome())).isEqualTo(outcome);
            assertThat(get(again.pivot())).isEqualTo(outcome);
            assertThat(get(again.cancel())).isEqualTo(outcome);
        }
    }

    @Test
    void startsAgainOnlyWhenTheKeyIsForgotten() {
        CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                .withWhenReady(WhenReady.FINISH);
        try (BlockJobs jobs = process()) {
            assertThat(get(get(jobs.adoptOrStart(KEY, copy)).outcome()).head()).isEqualTo(Head.SOURCE);
            assertThat(get(get(jobs.adoptOrStart(KEY, copy)).outcome()).completed())
                    .isTrue();
            get(jobs.forget(KEY));
            assertThat(get(store.all())).isEmpty();
            // So it is started, and there is a file at its target already.
            assertThatThrownBy(() -> get(jobs.adoptOrStart(KEY, copy))).hasRootCauseInstanceOf(BlockJobException.class);
            assertThat(get(store.all())).isEmpty();
        }
    }

    @Test
    void forgetsNoJobThatQemuStillHas() {
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(MERGE)));
            assertThatThrownBy(() -> get(jobs.forget(KEY)))
                    .hasRootCauseInstanceOf(JobConflictException.class)
                    .hasStackTraceContaining("is still in QEMU");
        }
    }

    @Test
    void aKeyThatIsDoneStandsForItsWholeRequestStill() {
        CopyRequest copy = CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                .withWhenReady(WhenReady.FINISH);
        CopyRequest elsewhere = CopyRequest.of("disk0", vm.path("other.qcow2").toString(), "qcow2")
                .withWhenReady(WhenReady.FINISH);
        try (BlockJobs jobs = process()) {
            assertThat(get(get(jobs.adoptOrStart(KEY, copy)).outcome()).completed())
                    .isTrue();
        }
        try (BlockJobs jobs = process()) {
            assertThatThrownBy(() -> get(jobs.adoptOrStart(KEY, elsewhere)))
                    .hasRootCauseInstanceOf(JobConflictException.class)
                    .hasStackTraceContaining(": target differs");
            CopyRequest faster = copy.withSettings(JobSettings.defaults().withSpeed(TestVm.MIB));
            assertThat(get(jobs.adoptOrStart(KEY, faster)).request()).hasValue(copy);
        }
        assertThat(vm.path("other.qcow2")).doesNotExist();
    }

    @Test
    void refusesAKeyThatStandsForOtherWork() {
        try (BlockJobs jobs = process()) {
            get(jobs.adoptOrStart(KEY, slow(MERGE)));
            assertThatThrownBy(() -> get(jobs.adoptOrStart(KEY, PullRequest.of("disk0"))))
                    .hasRootCauseInstanceOf(JobConflictException.class)
                    .hasStackTraceContaining("stands for another piece of work (commit of disk disk0)");
            assertThatThrownBy(() -> get(jobs.adoptOrStart(KEY, MERGE.withTop("snap2"))))
                    .hasRootCauseInstanceOf(JobConflictException.class)
                    .hasStackTraceContaining(": top differs");
        }
        try (BlockJobs jobs = process()) {
            assertThatThrownBy(() -> get(jobs.adoptOrStart(KEY, CommitRequest.of("disk1"))))
                    .hasRootCauseInstanceOf(JobConflictException.class);
        }
        // Without a store QEMU's word is all there is.
        assertThatThrownBy(() -> get(vm.jobs.adoptOrStart(KEY, PullRequest.of("disk0"))))
                .hasRootCauseInstanceOf(JobConflictException.class)
                .hasStackTraceContaining("it is a commit");
    }

    @Test
    void knowsTheJobAlsoWithoutAStoreAsLongAsQemuDoes() {
        get(vm.jobs.adoptOrStart(KEY, slow(MERGE)));
        try (BlockJobs jobs = BlockJobs.of(vm.client, BlockJobOptions.defaults())) {
            BlockJob job = get(jobs.adoptOrStart(KEY, MERGE));
            get(job.setSpeed(0));
            JobOutcome outcome = get(job.outcome());
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
        }
        // The graph shows that it is done.
        try (BlockJobs jobs = BlockJobs.of(vm.client, BlockJobOptions.defaults())) {
            assertThat(get(get(jobs.adoptOrStart(KEY, MERGE)).outcome()).pivoted())
                    .isTrue();
        }
        vm.assertNoJobsLeft();
        vm.assertUnchanged(vm.image("base"));
    }

    /** Killed between the record and the command. */
    @Test
    void startsWhatWasIntendedAndCertainlyNeverStarted() {
        get(store.record(keyed.intent(MERGE)));
        try (BlockJobs jobs = process()) {
            assertThat(get(get(jobs.adoptOrStart(KEY, MERGE)).outcome()).pivoted())
                    .isTrue();
        }
        vm.assertUnchanged(vm.image("base"));
    }

    /** The command might still come by the other monitor. */
    @Test
    void doesNotStartWhatAnotherMonitorMayStillStart() {
        JobRecord here = keyed.intent(MERGE);
        QemuInstance other = new QemuInstance(
                "unix:/elsewhere", here.qemu().version(), here.qemu().marker());
        get(store.record(keyed.intent(MERGE, other)));
        assertUnknownAndNotStarted();
    }

    /** Somebody dismissed it while nobody was there. */
    @Test
    void doesNotStartWhatWasStartedAndIsGone() {
        get(store.record(keyed.intent(MERGE).at(Step.STARTED, Instant.now())));
        assertUnknownAndNotStarted();
        get(store.record(keyed.intent(MERGE).ending(JobRecord.Verb.PIVOT, Instant.now())));
        assertUnknownAndNotStarted();
    }

    private void assertUnknownAndNotStarted() {
        for (int time = 0; time < 2; time++) {
            try (BlockJobs jobs = process()) {
                JobOutcome outcome = get(get(jobs.adoptOrStart(KEY, MERGE)).outcome());
                assertThat(outcome.end()).isInstanceOf(End.Unknown.class);
                assertThat(outcome.released()).isEmpty();
            }
        }
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).hasSize(4);
        assertThat(keyed.recorded().step()).isNotEqualTo(Step.CLEANED);
    }

    /** What QEMU said is no proof: the graph is. */
    @Test
    void believesNoSuccessThatTheGraphDoesNotShow() {
        JobRecord.Told success = new JobRecord.Told(new End.Completed(), JobProgress.NONE);
        get(store.record(keyed.intent(PullRequest.of("disk0")).concluded(success, Instant.now())));
        try (BlockJobs jobs = process()) {
            JobOutcome outcome =
                    get(get(jobs.adoptOrStart(KEY, PullRequest.of("disk0"))).outcome());
            assertThat(outcome.end()).isInstanceOf(End.Unknown.class);
        }
        get(store.record(
                keyed.intent(MERGE).ending(JobRecord.Verb.PIVOT, Instant.now()).concluded(success, Instant.now())));
        try (BlockJobs jobs = process()) {
            assertThat(get(get(jobs.adoptOrStart(KEY, MERGE)).outcome()).end()).isInstanceOf(End.Failed.class);
        }
    }

    /** Killed between the dismissal and its record. */
    @Test
    void provesByTheGraphWhatWasDismissedBeforeItWasWrittenDown() {
        JobRecord before = keyed.intent(MERGE);
        vm.run(MERGE);
        get(store.record(before.ending(JobRecord.Verb.PIVOT, Instant.now())));
        try (BlockJobs jobs = process()) {
            assertThat(get(get(jobs.adoptOrStart(KEY, MERGE)).outcome()).pivoted())
                    .isTrue();
            assertThat(keyed.recorded().step()).isEqualTo(Step.CLEANED);
        }
    }

    /** Nothing is sent that was not written down. */
    @Test
    void startsNothingThatCannotBeWrittenDown() throws Exception {
        java.nio.file.Files.move(keyed.path("jobs"), keyed.path("aside"));
        try (BlockJobs jobs = process()) {
            assertThatThrownBy(() -> get(jobs.adoptOrStart(KEY, MERGE)))
                    .hasStackTraceContaining("JobStoreException")
                    .hasStackTraceContaining("was removed or replaced");
            vm.assertNoJobsLeft();
            // The disk is free for the next one.
            assertThat(get(get(jobs.start(MERGE)).outcome()).pivoted()).isTrue();
        }
    }

    @Test
    void namesWhatCouldNotBeWrittenDownLater() throws Exception {
        try (BlockJobs jobs = process()) {
            BlockJob job = get(jobs.adoptOrStart(KEY, slow(MERGE)));
            java.nio.file.Files.move(keyed.path("jobs"), keyed.path("aside"));
            get(job.setSpeed(0));
            JobOutcome outcome = get(job.outcome());
            assertThat(outcome.pivoted()).isTrue();
            assertThat(outcome.leftovers()).extracting(Leftover::kind).containsOnly(Leftover.Kind.RECORD);
            assertThat(outcome.leftovers()).extracting(Leftover::name).containsOnly(KEY.text());
        }
    }

    /** Found by the cut matrix: the loss was told as a refusal when it was seen right before the command. */
    @Test
    void saysThatTheSessionWasLostWheneverThatIsSeen() {
        BlockJobs[] cut = new BlockJobs[1];
        JobStore cutting = new PassingStore(store) {
            @Override
            public CompletableFuture<Void> record(JobRecord record) {
                CompletableFuture<Void> seen = cut[0].onJob(job -> {}).ended();
                vm.client.close();
                return seen.handle((end, failure) -> null).thenCompose(gone -> super.record(record));
            }
        };
        try (BlockJobs jobs = BlockJobs.of(vm.client, BlockJobOptions.defaults().withStore(cutting))) {
            cut[0] = jobs;
            assertThat(ScriptedVm.failure(jobs.adoptOrStart(KEY, MERGE)))
                    .isInstanceOfSatisfying(
                            QmpDisconnectedException.class,
                            lost -> assertThat(lost.mayHaveReachedQemu()).isFalse());
        }
        vm.assertNoJobsLeft();
        assertThat(get(store.all())).isEmpty();
    }
}
