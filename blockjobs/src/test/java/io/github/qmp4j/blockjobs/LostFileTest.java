package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.TestVm.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A file that QEMU has open may have no name any more; what is moved into it ends with QEMU. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LostFileTest {
    private static final JobId ID = new JobId("j");

    private static CopyRequest copy(TestVm vm) {
        return CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                .withSettings(JobSettings.defaults().withJobId(ID));
    }

    private static void remove(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void refusesToPivotToATargetThatHasVanished(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(copy(vm).withEngine(engine));
            get(job.ready());
            remove(vm.path("copy.qcow2"));

            assertThat(ScriptedVm.failure(job.pivot()))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining(vm.path("copy.qcow2").toString())
                    .hasMessageContaining("no longer at its path");
            assertThat(vm.activeFile()).endsWith("active.qcow2");
            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("ready");

            JobOutcome outcome = get(job.cancel());
            assertThat(outcome.head()).isEqualTo(JobOutcome.Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** By a hand that does not look. */
    @Test
    void releasesNothingWhereTheTargetHasVanishedAndWasPivotedToAllTheSame() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(copy(vm));
            get(job.ready());
            remove(vm.path("copy.qcow2"));
            vm.ask("job-complete", "{\"id\":\"j\"}");
            JobOutcome outcome = get(job.outcome());

            assertThat(vm.activeFile()).endsWith("copy.qcow2");
            assertThat(outcome.completed()).as("%s", outcome).isFalse();
            assertThat(outcome.head()).isEqualTo(JobOutcome.Head.TARGET);
            assertThat(outcome.released()).isEmpty();
            assertThat(outcome.error()).hasValueSatisfying(why -> assertThat(why)
                    .contains("the disk has been switched", "copy.qcow2", "no longer at its path"));
        }
    }

    /** A copy that is finished without a pivot is nothing but its file. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void callsNoCopyCompletedThatIsFinishedIntoAFileThatHasVanished(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(copy(vm).withEngine(engine));
            get(job.ready());
            remove(vm.path("copy.qcow2"));
            JobOutcome outcome = get(job.finishWithoutPivot());
            assertThat(outcome.completed()).as("%s", outcome).isFalse();
            assertThat(outcome.head()).isEqualTo(JobOutcome.Head.SOURCE);
            assertThat(outcome.error()).hasValueSatisfying(why -> assertThat(why)
                    .contains("copy.qcow2", "no longer at its path", "there is no copy"));
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    @Test
    void callsNoCommitCompletedThatIsFinishedIntoABaseThatHasVanished() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            get(job.ready());
            remove(vm.image("base"));
            JobOutcome outcome = get(job.finishWithoutPivot());
            assertThat(outcome.completed()).as("%s", outcome).isFalse();
            assertThat(outcome.error()).hasValueSatisfying(why -> assertThat(why)
                    .contains("the file of base is no longer at its path", "keep QEMU running"));
        }
    }

    @Test
    void refusesToPivotToABaseThatHasVanished() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withJobId(ID)));
            get(job.ready());
            remove(vm.image("base"));
            assertThat(ScriptedVm.failure(job.pivot())).hasMessageContaining("no longer at its path");
            assertThat(vm.activeFile()).endsWith("active.qcow2");
        }
    }

    @Test
    void releasesNothingWhereTheActiveLayerHasVanished() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withSpeed(1)));
            remove(vm.image("active"));
            get(job.setSpeed(0));
            JobOutcome outcome = get(job.outcome());
            assertThat(vm.liveChain()).as("what was not moved for good").hasSize(4);
            assertThat(outcome.end()).as("%s", outcome).isInstanceOf(JobOutcome.End.Failed.class);
            assertThat(outcome.released()).isEmpty();
        }
    }

    /** By another client that does not look. */
    @Test
    void releasesNothingWhereTheActiveLayerHasVanishedAndAnotherClientFinalizesThePull() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(PullRequest.of("disk0")
                    .withSettings(JobSettings.defaults().withJobId(ID).withManualFinalize(true)));
            await().until(
                            () -> vm.ask("query-jobs").get(0).path("status").asText(),
                            status -> status.equals("pending"));
            remove(vm.image("active"));
            vm.ask("job-finalize", "{\"id\":\"j\"}");
            JobOutcome outcome = get(job.outcome());
            assertThat(vm.liveChain()).containsExactly("active.qcow2");
            assertThat(outcome.completed()).as("%s", outcome).isFalse();
            assertThat(outcome.released()).isEmpty();
        }
    }

    private static final CommitRequest BELOW_SNAP2 = CommitRequest.of("disk0")
            .withTop("snap1")
            .withBase("base")
            .withSettings(JobSettings.defaults().withSpeed(1));

    /** The base is what an intermediate commit moves all into. */
    @Test
    void finalizesNoCommitWhoseBaseHasVanished() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(BELOW_SNAP2);
            remove(vm.image("base"));
            get(job.setSpeed(0));
            JobOutcome outcome = get(job.outcome());
            assertThat(outcome.end()).as("%s", outcome).isInstanceOf(JobOutcome.End.Failed.class);
            assertThat(outcome.error().orElseThrow()).contains("the file of base is no longer at its path");
            assertThat(outcome.released()).isEmpty();
            assertThat(vm.liveChain()).hasSize(4);
        }
    }

    /** As {@code qmpctl wait} does with a job that was detached, of which it knows no more than the graph shows. */
    @ParameterizedTest
    @CsvSource({"base, commit", "active, stream"})
    void finalizesNoJobThatIsAdoptedWhereWhatItMovedWouldBeLost(String removed, String kind) {
        try (TestVm vm = TestVm.start()) {
            String more = kind.equals("commit")
                    ? "\"top-node\":\"snap1\",\"base-node\":\"base\",\"backing-file\":\"%s\","
                            .formatted(vm.image("base"))
                    : "";
            vm.ask(
                    "block-" + kind,
                    "{\"job-id\":\"j\",\"device\":\"active\",%s\"auto-finalize\":false,\"auto-dismiss\":false}"
                            .formatted(more));
            await().until(
                            () -> vm.ask("query-jobs").get(0).path("status").asText(),
                            status -> status.equals("pending"));
            remove(vm.image(removed));
            JobOutcome outcome = get(get(vm.jobs.adopt(ID)).orElseThrow().outcome());
            assertThat(outcome.end()).as("%s", outcome).isInstanceOf(JobOutcome.End.Failed.class);
            assertThat(outcome.error().orElseThrow()).contains("the file of " + removed + " is no longer at its path");
            vm.assertNoJobsLeft();
            assertThat(vm.liveChain()).hasSize(4);
        }
    }

    /** Moves a file away that QEMU has open, and puts a copy in its place. */
    private static void replace(Path file) {
        try {
            Path away = file.resolveSibling("away");
            Files.move(file, away);
            Files.copy(away, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void withFiles(TestVm vm, Consumer<BlockJobs> action) {
        vm.jobs.close();
        BlockJobOptions options = BlockJobOptions.defaults().withFiles(FileAccess.local());
        try (BlockJobs jobs = BlockJobs.of(vm.client, options)) {
            action.accept(jobs);
        }
    }

    /** Another file at the path is no better than none. */
    @ParameterizedTest
    @CsvSource({"pull, active", "commit, base", "active commit, base", "copy, copy"})
    void countsAFileInWhosePlaceAnotherOneWasPutAsVanished(String kind, String replaced) {
        try (TestVm vm = TestVm.start()) {
            withFiles(vm, jobs -> {
                JobSettings slow = JobSettings.defaults().withSpeed(1);
                BlockJob job = get(jobs.start(
                        switch (kind) {
                            case "pull" -> PullRequest.of("disk0").withSettings(slow);
                            case "commit" -> BELOW_SNAP2;
                            case "active commit" ->
                                CommitRequest.of("disk0").withSettings(slow).withWhenReady(WhenReady.PIVOT);
                            default -> copy(vm).withSettings(slow).withWhenReady(WhenReady.PIVOT);
                        }));
                replace(vm.image(replaced));
                get(job.setSpeed(0));
                if (kind.equals("copy") || kind.equals("active commit")) {
                    get(job.ready());
                    assertThat(ScriptedVm.failure(job.pivot())).hasMessageContaining("no longer at its path");
                    assertThat(vm.activeFile()).endsWith("active.qcow2");
                    return;
                }
                JobOutcome outcome = get(job.outcome());
                assertThat(outcome.end()).as("%s", outcome).isInstanceOf(JobOutcome.End.Failed.class);
                assertThat(outcome.error().orElseThrow()).contains(replaced, "no longer at its path");
                assertThat(outcome.released()).isEmpty();
                assertThat(vm.liveChain()).hasSize(4);
            });
        }
    }

    private static TestVm temporary() {
        return TestVm.start(nodes -> {}, builder -> builder.arguments(
                        "-snapshot", "-drive", "if=none,id=drive0,format=qcow2,file=active.qcow2")
                .device("virtio-blk-pci,drive=drive0"));
    }

    /** With -snapshot QEMU writes to a file that it has unlinked already. */
    @Test
    void refusesWhatWouldLeaveADiskOnATemporaryFile() {
        try (TestVm vm = temporary()) {
            assumeThat(vm.liveChain()).hasSize(5);
            assertThat(ScriptedVm.failure(vm.jobs.start(PullRequest.of("drive0"))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("disk drive0 is on a temporary file")
                    .hasMessageContaining("a pull would leave it there");
            assertThat(ScriptedVm.failure(vm.jobs.start(
                            CommitRequest.of("drive0").withTop(vm.image("snap2").toString()))))
                    .hasMessageContaining("a commit would leave it there");
            assertThat(ScriptedVm.failure(vm.jobs.preview(PullRequest.of("drive0"))))
                    .hasMessageContaining("temporary file");
            assertThat(vm.liveChain()).hasSize(5);
            vm.assertNoJobsLeft();
        }
    }

    /** What is in it can be saved. */
    @Test
    void commitsWhatIsInATemporaryFile() {
        try (TestVm vm = temporary()) {
            JobOutcome outcome =
                    vm.run(CommitRequest.of("drive0").withShallow(true).withWhenReady(WhenReady.PIVOT));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(vm.liveChain()).first().isEqualTo("active.qcow2");
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** A name is not enough. */
    @Test
    void pullsIntoAFileThatIsOnlyCalledLikeATemporaryOne() {
        try (TestVm vm = TestVm.start(nodes -> {
            Path file = Path.of(nodes.path("active")).resolveSibling("vl.ABC123");
            try {
                Files.move(Path.of(nodes.path("active")), file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            nodes.qcow2("base", null);
            nodes.qcow2("snap1", "base");
            nodes.at("top", "snap1", file.toString());
            nodes.disk("disk0", "top");
        })) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).hasSize(2);
        }
    }
}
