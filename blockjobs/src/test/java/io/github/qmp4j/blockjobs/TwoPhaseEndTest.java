package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.client.Backoff;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.testkit.CuttingProxy;
import io.github.qmp4j.testkit.CuttingProxy.Direction;
import io.github.qmp4j.testkit.CuttingProxy.Place;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.TempFolder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A pull and an intermediate commit wait in PENDING until what they moved is on disk, the graph was looked at and the step is
 * written down; what fails there leaves all as it was.
 */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TwoPhaseEndTest {
    private static final JobKey KEY = JobKey.of("vm/disk0/two-phase");

    /** The two kinds of jobs that end so. */
    enum Kind {
        PULL(PullRequest.of("disk0").withBase("base")),
        COMMIT(CommitRequest.of("disk0").withTop("snap2").withBase("base"));

        @SuppressWarnings("ImmutableEnumChecker") // none changes it
        final BlockJobRequest request;

        Kind(BlockJobRequest request) {
            this.request = request;
        }

        BlockJobRequest with(JobSettings settings) {
            return request instanceof PullRequest pull
                    ? pull.withSettings(settings)
                    : ((CommitRequest) request).withSettings(settings);
        }
    }

    /** A store that lets nothing be finalized before it is told to, which is the third of the four steps. */
    private static final class Gate extends PassingStore {
        private final CompletableFuture<Void> reached = new CompletableFuture<>();
        private final CompletableFuture<Void> open = new CompletableFuture<>();

        Gate(JobStore store) {
            super(store);
        }

        @Override
        public CompletableFuture<Void> record(JobRecord record) {
            if (!record.isFinalized() || record.step() != JobRecord.Step.ENDING) {
                return super.record(record);
            }
            reached.complete(null);
            return open.thenCompose(go -> super.record(record));
        }
    }

    /** A job that has come as far as the gate. */
    private static void inPending(Kind kind, BiConsumer<TestVm, Held> then) {
        try (TempFolder folder = TempFolder.create("gate");
                Gate gate = new Gate(JobStore.file(folder.resolve("jobs")));
                TestVm vm = TestVm.start();
                BlockJobs jobs =
                        BlockJobs.of(vm.client, BlockJobOptions.defaults().withStore(gate))) {
            BlockJob job = TestVm.get(jobs.adoptOrStart(KEY, kind.request));
            TestVm.get(gate.reached);
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("pending");
            assertAsBefore(vm);
            then.accept(vm, new Held(job, jobs, gate));
        }
    }

    private record Held(BlockJob job, BlockJobs jobs, Gate gate) {
        String id() {
            return "{\"id\":\"" + job.id() + "\"}";
        }
    }

    /** By the second monitor and by qemu-img. */
    private static void assertAsBefore(TestVm vm) {
        assertThat(vm.liveChain())
                .extracting(file -> file.replaceAll("\\.qcow2.*", ""))
                .containsExactly("active", "snap2", "snap1", "base");
        assertThat(header(vm, "active")).isEqualTo(vm.image("snap2").toString());
    }

    private static String header(TestVm vm, String image) {
        return vm.images.info(vm.image(image), "qcow2").path("backing-filename").asText();
    }

    private static void assertFailedAsBefore(TestVm vm, JobOutcome outcome, String cause) {
        assertThat(outcome.end()).isInstanceOfSatisfying(End.Failed.class, failed -> assertThat(failed.error())
                .contains(cause, "cancelled instead of finalized"));
        assertThat(outcome.head()).isEqualTo(Head.SOURCE);
        assertThat(outcome.released()).isEmpty();
        vm.assertNoJobsLeft();
        assertAsBefore(vm);
        vm.assertSameData(vm.image("active"));
    }

    private static void assertDone(TestVm vm, Kind kind) {
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).as("%s", kind).containsExactly("active.qcow2", "base.qcow2");
        assertThat(header(vm, "active")).isEqualTo(vm.image("base").toString());
        vm.assertUnchanged(vm.image("active"));
    }

    /** The commands as they go over the wire, and the records between them. */
    @ParameterizedTest
    @EnumSource
    void flushesLooksWritesDownAndOnlyThenFinalizes(Kind kind) {
        List<String> acts = new CopyOnWriteArrayList<>();
        QmpObserver commands = new QmpObserver() {
            @Override
            public void commandStarted(String command) {
                acts.add(command.replace("x-blockdev", "blockdev"));
            }
        };
        try (TempFolder folder = TempFolder.create("order");
                JobStore store = new PassingStore(JobStore.file(folder.resolve("jobs"))) {
                    @Override
                    public CompletableFuture<Void> record(JobRecord record) {
                        return super.record(record).thenRun(() -> acts.add("recorded " + record.step()));
                    }
                };
                TestVm vm = TestVm.start()) {
            vm.jobs.close();
            vm.client.close();
            try (QmpClient client = TestVm.get(QmpClient.connect(
                            new QmpAddress.Unix(vm.qemu.monitor()),
                            QmpOptions.defaults().withObservers(List.of(commands))));
                    BlockJobs jobs =
                            BlockJobs.of(client, BlockJobOptions.defaults().withStore(store))) {
                BlockJob job = TestVm.get(jobs.adoptOrStart(KEY, kind.request));
                assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            }
            List<String> start = acts.subList(acts.indexOf("recorded STARTED"), acts.size());
            assertThat(start)
                    .containsSubsequence(
                            "blockdev-reopen",
                            "query-block",
                            "recorded ENDING",
                            "job-finalize",
                            "recorded CONCLUDED",
                            "job-dismiss",
                            "query-block",
                            "blockdev-reopen",
                            "recorded DISMISSED");
            assertThat(start.subList(0, start.indexOf("blockdev-reopen"))).doesNotContain("query-block");
            assertThat(start.subList(0, start.indexOf("recorded ENDING"))).doesNotContain("job-finalize");
            assertDone(vm, kind);
        }
    }

    /** By QEMU's own log of what it writes under the image: the data, a flush, the header, and a flush before the end is told. */
    @Test
    void rewritesTheHeaderOfAPullBetweenTwoFlushes() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.logged("active", "snap2");
        })) {
            assertThat(vm.run(Kind.PULL.request).completed()).isTrue();
            List<WriteLog.Entry> log = WriteLog.of(vm.path("active.log"));
            int header = log.lastIndexOf(WriteLog.Entry.HEADER);
            // Between the two stands only the proof of the header, which writes it as it is.
            int data = log.lastIndexOf(WriteLog.Entry.DATA);
            assertThat(log.subList(0, header)).as("%s", log).contains(WriteLog.Entry.DATA);
            assertThat(log.subList(data, header)).as("%s", log).contains(WriteLog.Entry.FLUSH);
            assertThat(log.subList(header, log.size()))
                    .as("%s", log)
                    .contains(WriteLog.Entry.FLUSH)
                    .doesNotContain(WriteLog.Entry.DATA);
        }
    }

    /** The same of the overlay of a commit, in whose base the data is. */
    @Test
    void flushesTheHeaderOfACommitBeforeItTellsOfTheEnd() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.logged("active", "snap2");
        })) {
            assertThat(vm.run(Kind.COMMIT.request).completed()).isTrue();
            List<WriteLog.Entry> log = WriteLog.of(vm.path("active.log"));
            int header = log.lastIndexOf(WriteLog.Entry.HEADER);
            assertThat(header).as("%s", log).isNotNegative();
            assertThat(log.subList(header, log.size())).as("%s", log).contains(WriteLog.Entry.FLUSH);
        }
    }

    private static TestVm withoutFlushOfTheOverlay() {
        return TestVm.start(nodes -> {
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.unflushable("active", "snap2", "qcow2", false);
        });
    }

    /** That of the base of a commit is in {@link FlushTest}. */
    @ParameterizedTest
    @EnumSource
    void leavesChainAndHeaderAsTheyWereWhereTheFlushOfTheOverlayFails(Kind kind) {
        try (TestVm vm = withoutFlushOfTheOverlay()) {
            assertFailedAsBefore(vm, vm.run(kind.request), "Error flushing drive: Input/output error");
        }
    }

    /** The disk fails between the two flushes. */
    @Test
    void isUnknownWhereTheNewHeaderCannotBeFlushed() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("job-finalize", got -> {
                vm.on("blockdev-reopen", ScriptedVm.refusal("Error flushing drive: Input/output error"));
                vm.job("commit", "concluded");
                vm.chain("active", "base");
                return List.of(ScriptedVm.completed(), ScriptedVm.status("concluded"), Outgoing.reply());
            });
            BlockJob job = vm.start(ScriptedVm.COMMIT.withTop("mid"));
            vm.job("commit", "pending");
            vm.tell("created", "running", "waiting", "pending");
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.end())
                    .isInstanceOfSatisfying(End.Unknown.class, unknown -> assertThat(unknown.evidence())
                            .contains("is not known to be on disk", "keep QEMU running"));
            assertThat(outcome.released()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesChainAndHeaderAsTheyWereWhereTheStepCannotBeWrittenDown(Kind kind) {
        inPending(kind, (vm, held) -> {
            held.gate().open.completeExceptionally(new JobStoreException("the disk of the store is full"));
            assertFailedAsBefore(vm, TestVm.get(held.job().outcome()), "the disk of the store is full");
        });
    }

    @ParameterizedTest
    @EnumSource
    void keepsWhatTheGuestWritesInPending(Kind kind) {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(kind.with(JobSettings.defaults().withManualFinalize(true)));
            await().until(() -> job.info().status() == JobStatus.PENDING);
            vm.qemu.guestWrite("disk0", 9, 0, 65536);
            await().untilAsserted(() -> assertThat(vm.qemu.stderr()).contains("wrote 65536/65536 bytes"));
            assertAsBefore(vm);

            JobOutcome outcome = TestVm.get(job.finalizeJob());
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            vm.shutDown();
            assertThat(vm.images.holds(vm.image("active"), "qcow2", 9, 0, 65536))
                    .isTrue();
        }
    }

    @Test
    void cancelsAJobWhoseChainIsNoLongerAsItWasPlanned() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("job-cancel", got -> {
                vm.job("commit", "concluded", "Operation canceled");
                return List.of(
                        ScriptedVm.status("aborting"),
                        ScriptedVm.told("BLOCK_JOB_CANCELLED", ""),
                        ScriptedVm.status("concluded"),
                        Outgoing.reply());
            });
            BlockJob job = vm.start(ScriptedVm.COMMIT.withTop("mid"));
            vm.chain("active", "other", "base");
            vm.job("commit", "pending");
            vm.tell("created", "running", "waiting", "pending");
            assertThat(TestVm.get(job.outcome()).end())
                    .isInstanceOfSatisfying(End.Failed.class, failed -> assertThat(failed.error())
                            .contains("active → other → base", "planned on active → mid → base"));
            assertThat(vm.count("job-finalize")).isZero();
        }
    }

    // ---- in PENDING ----

    @ParameterizedTest
    @EnumSource
    void isCancelledInPendingAndLeavesAllAsItWas(Kind kind) {
        inPending(kind, (vm, held) -> {
            assertThat(TestVm.get(held.job().cancel()).end()).isInstanceOf(End.Cancelled.class);
            assertAsBefore(vm);
            held.gate().open.complete(null);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void tellsThatAnotherClientHasCancelledItInPending(Kind kind) {
        inPending(kind, (vm, held) -> {
            vm.ask("job-cancel", held.id());
            held.gate().open.complete(null);
            assertThat(TestVm.get(held.job().outcome()).end()).isInstanceOf(End.Cancelled.class);
            vm.assertNoJobsLeft();
            assertAsBefore(vm);
            vm.assertUnchanged(vm.image("active"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void tellsThatAnotherClientHasFinalizedItInPending(Kind kind) {
        inPending(kind, (vm, held) -> {
            vm.ask("job-finalize", held.id());
            held.gate().open.complete(null);
            assertThat(TestVm.get(held.job().outcome()).completed()).isTrue();
            assertDone(vm, kind);
        });
    }

    @ParameterizedTest
    @EnumSource
    void refusesADismissOfAnotherClientInPendingAndGoesOn(Kind kind) {
        inPending(kind, (vm, held) -> {
            assertThatThrownBy(() -> vm.ask("job-dismiss", held.id()))
                    .hasMessageContaining("cannot accept command verb");
            held.gate().open.complete(null);
            assertThat(TestVm.get(held.job().outcome()).completed()).isTrue();
            assertDone(vm, kind);
        });
    }

    @Test
    void showsNoPendingThatWaitsForNobody() {
        List<JobStatus> shown = new CopyOnWriteArrayList<>();
        inPending(Kind.PULL, (vm, held) -> {
            held.job().onUpdate(info -> shown.add(info.status()));
            assertThat(held.job().info().status()).isEqualTo(JobStatus.WAITING);
            // QEMU's own list tells it.
            assertThat(TestVm.get(held.jobs().list()))
                    .extracting(JobInfo::status)
                    .containsExactly(JobStatus.PENDING);
            held.gate().open.complete(null);
            TestVm.get(held.job().outcome());
        });
        assertThat(shown).doesNotContain(JobStatus.PENDING);
    }

    // ---- a job whose owner has gone ----

    @ParameterizedTest
    @EnumSource
    void isFinishedByTheProcessThatComesNext(Kind kind) {
        inPending(kind, (vm, held) -> {
            held.jobs().close();
            assertThat(TestVm.get(held.job().outcome()).end())
                    .isInstanceOfSatisfying(End.Unknown.class, unknown -> assertThat(unknown.evidence())
                            .contains("waits in PENDING", "until it is adopted"));
            try (BlockJobs next = BlockJobs.of(vm.client, BlockJobOptions.defaults())) {
                BlockJob met = TestVm.get(next.adoptOrStart(KEY, kind.request));
                assertThat(TestVm.get(met.outcome()).completed()).isTrue();
                assertDone(vm, kind);
            }
        });
    }

    @Test
    void isFinishedByTheProcessThatComesNextAfterAKill() throws Exception {
        KillMatrixTest.round(Life.PULL, "record ENDING", 0);
        KillMatrixTest.round(Life.INTERMEDIATE_COMMIT, "recorded ENDING", 0);
    }

    /** An observer leaves it alone; who takes it over finishes it, whatever it is called. */
    @ParameterizedTest
    @ValueSource(strings = {"theirs", "pull-disk0-abc123"})
    void isLeftAloneByAnObserverAndFinishedByTheOneWhoAdoptsIt(String id) {
        try (TestVm vm = TestVm.start()) {
            vm.ask("block-stream", """
                    {"job-id":"%s","device":"active","base-node":"base","backing-file":"%s",
                    "auto-finalize":false,"auto-dismiss":false}""".formatted(id, vm.image("base")));
            await().until(() -> vm.onlyJob().path("status").asText().equals("pending"));
            BlockJob observed = TestVm.get(vm.jobs.attach(new JobId(id))).orElseThrow();
            await().until(() -> observed.info().status() == JobStatus.PENDING);
            await().during(300, TimeUnit.MILLISECONDS)
                    .until(() -> vm.onlyJob().path("status").asText().equals("pending"));
            BlockJob adopted = TestVm.get(vm.jobs.adopt(new JobId(id))).orElseThrow();
            assertThat(TestVm.get(adopted.outcome()).completed()).isTrue();
            assertThat(TestVm.get(observed.outcome()).completed()).isTrue();
            assertDone(vm, Kind.PULL);
        }
    }

    /** The explicit verb on a job of another client fails with the cause, and the job waits on. */
    @Test
    void leavesAJobOfAnotherClientPendingWhereItsFlushFails() {
        try (TestVm vm = withoutFlushOfTheOverlay()) {
            vm.ask("block-stream", """
                    {"job-id":"theirs","device":"active","auto-finalize":false,"auto-dismiss":false}""");
            BlockJob observed = TestVm.get(vm.jobs.attach(new JobId("theirs"))).orElseThrow();
            assertThat(ScriptedVm.failure(observed.finalizeJob())).hasMessageContaining("Error flushing drive");
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("pending");
            assertAsBefore(vm);
        }
    }

    @ParameterizedTest
    @EnumSource
    void goesOnInTheNextSessionWhereTheOneIsCutInPending(Kind kind) throws Exception {
        try (TempFolder folder = TempFolder.create("gate");
                Gate gate = new Gate(JobStore.file(folder.resolve("jobs")));
                TestVm vm = TestVm.start()) {
            vm.jobs.close();
            vm.client.close();
            try (CuttingProxy proxy = CuttingProxy.start(vm.qemu.monitor());
                    QmpSupervisor supervisor = QmpSupervisor.start(
                            new QmpAddress.Unix(proxy.socket()),
                            QmpOptions.defaults(),
                            new Backoff(Duration.ofMillis(10), Duration.ofMillis(100), 2, 0));
                    BlockJobs jobs =
                            BlockJobs.of(supervisor, BlockJobOptions.defaults().withStore(gate))) {
                BlockJob job = TestVm.get(jobs.adoptOrStart(KEY, kind.request));
                TestVm.get(gate.reached);
                // The next one is job-finalize.
                proxy.cut(Direction.TO_QEMU, proxy.messages(Direction.TO_QEMU) + 1, Place.BEFORE);
                gate.open.complete(null);
                assertThat(TestVm.get(job.outcome()).completed()).isTrue();
                assertThat(proxy.cuts()).isEqualTo(1);
            }
            assertDone(vm, kind);
        }
    }
}
