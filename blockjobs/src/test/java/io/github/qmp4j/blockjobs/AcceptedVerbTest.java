package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A verb counts when QEMU has accepted it, for the outcome and for the record. */
@QemuVersions
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class AcceptedVerbTest {
    private static final JobSettings HELD = JobSettings.defaults().withManualFinalize(true);
    private static final JobSettings CALLED_J = JobSettings.defaults().withJobId(new JobId("j"));
    private static final JobKey KEY = JobKey.of("vm/disk0/verbs");

    private static TestVm withThirdMonitor() {
        return TestVm.start(
                Nodes::plainChain,
                builder -> builder.arguments(
                        "-chardev",
                        "socket,id=third,path=third.sock,server=on,wait=off",
                        "-mon",
                        "chardev=third,mode=control"));
    }

    private static BlockJobRequest request(TestVm vm, boolean copy, JobSettings settings) {
        return copy
                ? CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                        .withSettings(settings)
                : CommitRequest.of("disk0").withSettings(settings);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPivotThatComesAfterAFinishAndIsRefusedDoesNotCount(boolean copy) {
        try (TestVm vm = TestVm.start();
                JobStore store = JobStore.file(vm.path("store"));
                BlockJobs jobs =
                        BlockJobs.of(vm.client, BlockJobOptions.defaults().withStore(store))) {
            BlockJob job = TestVm.get(jobs.adoptOrStart(KEY, request(vm, copy, JobSettings.defaults())));
            TestVm.get(job.ready());
            CompletableFuture<JobOutcome> finish = job.finishWithoutPivot();
            job.pivot();
            JobOutcome outcome = TestVm.get(finish);

            assertThat(outcome.end()).as("%s", outcome).isEqualTo(new End.Completed());
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(TestVm.get(store.find(KEY)).orElseThrow().asked()).hasValue(JobRecord.Verb.FINISH);
            assertThat(vm.activeFile()).isEqualTo(vm.image("active").toString());
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
            if (copy) {
                vm.assertUnchanged(vm.path("copy.qcow2"));
            }
        }
    }

    /** A foreign client ends the job right before our verb comes. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPivotThatIsRefusedSinceAnotherClientHasFinishedTheJobDoesNotCount(boolean copy) {
        AtomicBoolean finished = new AtomicBoolean();
        try (TestVm vm = withThirdMonitor();
                QmpClient client = before(vm, "job-complete", finished, "block-job-cancel", "device");
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
            BlockJob job = TestVm.get(jobs.start(request(vm, copy, CALLED_J)));
            TestVm.get(job.ready());
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(finished).isTrue();
            assertThat(outcome.end()).as("%s", outcome).isEqualTo(new End.Completed());
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.leftovers()).isEmpty();
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
            if (copy) {
                vm.assertUnchanged(vm.path("copy.qcow2"));
            }
        }
    }

    /** The proof of the header by a second one would write the old name over the new one. */
    @Test
    void aCommitThatIsFinalizedTwiceAtOnceIsFinalizedOnce() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(
                    CommitRequest.of("disk0").withTop("snap2").withBase("base").withSettings(HELD));
            await().until(() -> job.info().status() == JobStatus.PENDING);
            CompletableFuture<JobOutcome> first = job.finalizeJob();
            CompletableFuture<JobOutcome> second = job.finalizeJob();

            assertThat(TestVm.get(first).end()).isEqualTo(new End.Completed());
            assertThat(TestVm.get(second)).isEqualTo(TestVm.get(first));
            assertHeaderNamesTheBase(vm);
        }
    }

    /** Another client finalizes the job while the library proves that the header can be written. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theHeaderIsRightWhereAnotherClientFinalizesTheJobInTheMidstOfTheProof(boolean pull) {
        AtomicBoolean finalized = new AtomicBoolean();
        try (TestVm vm = withThirdMonitor();
                QmpClient client = before(vm, "change-backing-file", finalized, "job-finalize", "id");
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults())) {
            BlockJobRequest request = pull
                    ? PullRequest.of("disk0").withBase("base").withSettings(CALLED_J)
                    : CommitRequest.of("disk0")
                            .withTop("snap2")
                            .withBase("base")
                            .withSettings(CALLED_J);
            JobOutcome outcome = TestVm.get(TestVm.get(jobs.start(request)).outcome());

            assertThat(finalized).isTrue();
            assertThat(outcome.end()).as("%s", outcome).isEqualTo(new End.Completed());
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2", "snap1");
            assertHeaderNamesTheBase(vm);
        }
    }

    private static void assertHeaderNamesTheBase(TestVm vm) {
        vm.assertNoJobsLeft();
        assertThat(vm.liveChain()).containsExactly("active.qcow2", "base.qcow2");
        vm.shutDown();
        assertThat(vm.images
                        .info(vm.image("active"), "qcow2")
                        .path("full-backing-filename")
                        .asText())
                .isEqualTo(vm.image("base").toString());
        vm.assertUnchanged(vm.image("active"));
    }

    /** A session in which a foreign client sends this for the job {@code j} as soon as QEMU allows it, right before the command of ours. */
    private static QmpClient before(TestVm vm, String ours, AtomicBoolean done, String theirs, String argument) {
        QmpObserver intruder = new QmpObserver() {
            @Override
            public void commandStarted(String command) {
                if (command.equals(ours) && !done.get()) {
                    vm.ask("query-jobs").forEach(job -> {
                        if (List.of("pending", "ready")
                                .contains(job.path("status").asText())) {
                            vm.ask(theirs, "{\"%s\":\"j\"}".formatted(argument));
                            done.set(true);
                        }
                    });
                }
            }
        };
        return TestVm.get(QmpClient.connect(
                new QmpAddress.Unix(vm.path("third.sock")),
                QmpOptions.defaults().withObservers(List.of(intruder))));
    }
}
