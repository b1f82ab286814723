package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code drive-mirror} and {@code blockdev-mirror} give the same outcomes, and leave the same behind. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class EngineTest {
    private static CopyRequest copy(TestVm vm, CopyEngine engine) {
        return CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                .withEngine(engine);
    }

    private static List<String> nodes(TestVm vm) {
        return StreamSupport.stream(vm.ask("query-named-block-nodes").spliterator(), false)
                .map(node -> node.path("node-name").asText())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void pivotsToANewFile(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = TestVm.get(vm.start(copy(vm, engine)).pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released())
                    .extracting(BlockNode::label)
                    .containsExactly("active", "snap2", "snap1", "base");
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(vm.liveChain()).containsExactly("copy.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @ParameterizedTest
    @CsvSource({"DRIVE_MIRROR,raw", "BLOCKDEV_MIRROR,raw", "BLOCKDEV_MIRROR,qcow2", "DRIVE_MIRROR,qcow2"})
    void finishesWithoutAPivotAndLeavesNoNode(CopyEngine engine, String format) {
        try (TestVm vm = TestVm.start()) {
            List<String> before = nodes(vm);
            Path target = vm.path("copy." + format);
            JobOutcome outcome = TestVm.get(vm.start(CopyRequest.of("disk0", target.toString(), format)
                            .withEngine(engine)
                            .withGranularity(65536)
                            .withBufSize(1 << 20)
                            .withSynchronousWrites(true)
                            .withUnmap(false))
                    .finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(nodes(vm)).isEqualTo(before);
            vm.shutDown();
            assertThat(vm.images.identical(vm.before, "raw", target, format)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void cancelsBeforeReadyAndNamesTheFile(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            List<String> before = nodes(vm);
            BlockJob job = vm.start(
                    copy(vm, engine).withSettings(JobSettings.defaults().withSpeed(1)));
            JobOutcome outcome = TestVm.get(job.cancel());

            assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.leftovers())
                    .extracting(Leftover::name)
                    .containsExactly(vm.path("copy.qcow2").toString());
            assertThat(nodes(vm)).isEqualTo(before);
            vm.assertNoJobsLeft();
        }
    }

    @ParameterizedTest
    @CsvSource({"DRIVE_MIRROR,false", "BLOCKDEV_MIRROR,false", "AUTO,true", "BLOCKDEV_MIRROR,true"})
    void copiesTheActiveLayerOntoTheSameBackingNode(CopyEngine engine, boolean existing) {
        try (TestVm vm = TestVm.start()) {
            CopyRequest request = copy(vm, engine).withExtent(CopyExtent.TOP);
            if (existing) {
                vm.images.overlay("copy.qcow2", vm.image("snap2"), "qcow2");
                request = request.withReuseExternal(true);
            }
            JobOutcome outcome = TestVm.get(vm.start(request).pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).contains("active");
            assertThat(vm.liveChain()).containsExactly("copy.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
            vm.shutDown();
            assertThat(vm.images
                            .info(vm.path("copy.qcow2"), "qcow2")
                            .path("backing-filename")
                            .asText())
                    .isEqualTo(vm.image("snap2").toString());
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    /** All of it is refused before anything is written. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void refusesAnExistingFileThatDoesNotFit(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            List<String> before = nodes(vm);
            vm.images.create("small.qcow2", "qcow2", TestVm.SIZE - 512);
            assertRefused(vm, engine, "small.qcow2", CopyExtent.FULL, "has 67108352 bytes and disk disk0 has 67108864");
            vm.images.overlay("over.qcow2", vm.image("snap2"), "qcow2");
            assertRefused(vm, engine, "over.qcow2", CopyExtent.FULL, "but the copy will stand on none");
            vm.images.create("plain.raw", "raw", TestVm.SIZE);
            assertRefused(vm, engine, "plain.raw", CopyExtent.FULL, "cannot be opened as qcow2 on a file");
            assertRefused(vm, engine, "nowhere.qcow2", CopyExtent.FULL, "cannot be opened as qcow2 on a file");
            assertThat(ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", "/x/y.raw", "raw")
                            .withEngine(engine)
                            .withExtent(CopyExtent.TOP))))
                    .hasMessageContaining("a target of the format raw has no backing file");
            assertThat(nodes(vm)).isEqualTo(before);
            vm.assertNoJobsLeft();
            assertThat(vm.images.holds(vm.path("plain.raw"), "raw", 0, 0, TestVm.SIZE))
                    .isTrue();
        }
    }

    private static void assertRefused(TestVm vm, CopyEngine engine, String file, CopyExtent extent, String sentence) {
        CopyRequest request = CopyRequest.of("disk0", vm.path(file).toString(), "qcow2")
                .withEngine(engine)
                .withExtent(extent)
                .withReuseExternal(true);
        assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void refusesAShallowCopyThatWouldLoseTheLowerLayers() {
        try (TestVm vm = TestVm.start()) {
            vm.images.overlay("other.qcow2", vm.image("snap1"), "qcow2");
            String wanted = "but the copy will stand on " + vm.image("snap2");
            assertRefused(vm, CopyEngine.AUTO, "other.qcow2", CopyExtent.TOP, wanted);
            vm.images.create("plain.qcow2", "qcow2", TestVm.SIZE);
            assertRefused(vm, CopyEngine.AUTO, "plain.qcow2", CopyExtent.TOP, "names none as its backing file");
            // The header is right, but QEMU holds a lock on what it names, and would see that after the pivot.
            vm.images.overlay("right.qcow2", vm.image("snap2"), "qcow2");
            assertRefused(vm, CopyEngine.DRIVE_MIRROR, "right.qcow2", CopyExtent.TOP, "open snap2 a second time");
            vm.assertNoJobsLeft();
        }
    }

    /** Neither engine touches what is there. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void overwritesNoFile(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            Path there = vm.images.create("copy.qcow2", "qcow2", TestVm.MIB);
            vm.images.write(there, "qcow2", 9, 0, 65536);
            assertThat(ScriptedVm.failure(vm.jobs.start(copy(vm, engine)))).hasMessageContaining("exists");
            assertThat(vm.images.holds(there, "qcow2", 9, 0, 65536)).isTrue();
        }
    }

    /** What was added and made before QEMU refuses is undone, or named. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void leavesNoNodeBehindWhenQemuRefuses(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            List<String> before = nodes(vm);
            // Somebody else's job has the disk, under an id and a kind that tell us nothing of it.
            vm.ask("block-stream", "{\"job-id\":\"x\",\"device\":\"active\",\"speed\":1,\"auto-dismiss\":false}");
            Throwable refusal = ScriptedVm.failure(vm.jobs.start(copy(vm, engine)));
            assertThat(refusal).isInstanceOf(Exception.class);
            vm.ask("job-cancel", "{\"id\":\"x\"}");
            await().until(() ->
                    vm.ask("query-jobs").get(0).path("status").asText().equals("concluded"));
            vm.ask("job-dismiss", "{\"id\":\"x\"}");
            assertThat(nodes(vm)).isEqualTo(before);
            if (Files.exists(vm.path("copy.qcow2"))) {
                assertThat(((JobStartException) refusal).leftovers())
                        .extracting(Leftover::name)
                        .containsExactly(vm.path("copy.qcow2").toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void leavesNothingBehindWhereTheFileCannotBeMade(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            List<String> before = nodes(vm);
            CopyRequest request = CopyRequest.of(
                            "disk0", vm.path("nowhere/copy.qcow2").toString(), "qcow2")
                    .withEngine(engine);
            assertThat(ScriptedVm.failure(vm.jobs.start(request))).hasMessageContaining("No such file or directory");
            vm.assertNoJobsLeft();
            assertThat(nodes(vm)).isEqualTo(before);
            // The disk is free again.
            assertThat(vm.run(PullRequest.of("disk0")).completed()).isTrue();
        }
    }

    /** The copy stands on the disk as it is. */
    @Test
    void putsAnEmptyLayerOnTopOfTheDisk() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = TestVm.get(vm.start(copy(vm, CopyEngine.AUTO).withExtent(CopyExtent.NONE))
                    .pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).isEmpty();
            assertThat(vm.liveChain())
                    .containsExactly("copy.qcow2", "active.qcow2", "snap2.qcow2", "snap1.qcow2", "base.qcow2");
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }
}
