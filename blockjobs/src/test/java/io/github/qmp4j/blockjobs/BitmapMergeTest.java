package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Persistent dirty bitmaps go on in the image that receives the data; the second monitor counts what they mark, and
 * qemu-img finds them in the file.
 */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class BitmapMergeTest {
    private static final JobSettings MERGE = JobSettings.defaults().withBitmaps(BitmapRule.MERGE);
    private static final long MIB = TestVm.MIB;

    private static void qemuImg(String... arguments) {
        run("qemu-img", arguments);
    }

    private static String run(String program, String... arguments) {
        try {
            List<String> all = new java.util.ArrayList<>(List.of(program));
            all.addAll(List.of(arguments));
            Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How many bytes the bitmap of this node marks, by the second monitor; -1 if it has none. */
    private static long marked(TestVm vm, String node, String name) {
        for (JsonNode entry : vm.ask("query-named-block-nodes")) {
            if (entry.path("node-name").asText().equals(node)) {
                for (JsonNode bitmap : entry.path("dirty-bitmaps")) {
                    if (bitmap.path("name").asText().equals(name)) {
                        assertThat(bitmap.path("recording").asBoolean()).isTrue();
                        return bitmap.path("count").asLong();
                    }
                }
            }
        }
        return -1;
    }

    private static List<String> inFile(TestVm vm, Path image) {
        JsonNode bitmaps = vm.images.info(image, "qcow2").at("/format-specific/data/bitmaps");
        return StreamSupport.stream(bitmaps.spliterator(), false)
                .map(bitmap -> bitmap.path("name").asText())
                .sorted()
                .toList();
    }

    /** A disk of which each layer of {@code images} has the bitmap, with 2 MiB marked at places of their own. */
    private static TestVm start(String... images) {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            long offset = 32 * MIB;
            for (String image : images) {
                qemuImg("bitmap", "--add", nodes.path(image), "daily");
                run("qemu-io", "-f", "qcow2", "-c", "write -P 9 %d %d".formatted(offset, 2 * MIB), nodes.path(image));
                offset += 4 * MIB;
            }
        });
    }

    /** It was reported to make a commit fail with EPERM; none did on 5.2, 7.2, 10.0 and 11.1. */
    @Test
    void thatOfTheBaseIsInTheWayOfNoCommit() {
        try (TestVm vm = start("base")) {
            assertThat(vm.run(CommitRequest.of("disk0").withTop("snap2").withBase("base"))
                            .completed())
                    .isTrue();
            assertThat(vm.run(CommitRequest.of("disk0").withBase("base").withWhenReady(WhenReady.PIVOT))
                            .pivoted())
                    .isTrue();
            vm.shutDown();
            assertThat(inFile(vm, vm.image("base"))).containsExactly("daily");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"active", "active,snap2,snap1", "active,snap2,snap1,base"})
    void goesOnInTheBaseOfAnActiveCommit(String images) {
        String[] holders = images.split(",", -1);
        try (TestVm vm = start(holders)) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withSettings(MERGE));
            TestVm.get(job.ready());
            vm.qemu.guestWrite("disk0", 5, 56 * MIB, MIB);
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).isEmpty();
            vm.qemu.guestWrite("disk0", 6, 60 * MIB, MIB);
            // What the commit itself wrote may be marked too, where the base had the bitmap all the time.
            long least = holders.length * 2L * MIB + 2 * MIB;
            assertThat(marked(vm, "base", "daily")).isGreaterThanOrEqualTo(least);
            if (holders.length < 4) {
                assertThat(marked(vm, "base", "daily")).isEqualTo(least);
            }
            vm.shutDown();
            assertThat(inFile(vm, vm.image("base"))).containsExactly("daily");
        }
    }

    @ParameterizedTest
    @CsvSource({"DRIVE_MIRROR,FULL", "BLOCKDEV_MIRROR,FULL", "DRIVE_MIRROR,TOP", "BLOCKDEV_MIRROR,TOP"})
    void goesOnInACopy(CopyEngine engine, CopyExtent extent) {
        try (TestVm vm = start("active", "snap2")) {
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                            .withEngine(engine)
                            .withExtent(extent)
                            .withSettings(MERGE));
            TestVm.get(job.ready());
            vm.qemu.guestWrite("disk0", 5, 56 * MIB, MIB);
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            String node = vm.ask("query-block").get(0).at("/inserted/node-name").asText();
            vm.qemu.guestWrite("disk0", 6, 60 * MIB, MIB);
            // Below a copy of the active layer snap2 keeps its own.
            assertThat(marked(vm, node, "daily")).isEqualTo((extent == CopyExtent.FULL ? 6 : 4) * MIB);
            vm.shutDown();
            assertThat(inFile(vm, vm.path("copy.qcow2"))).containsExactly("daily");
        }
    }

    @Test
    void goesOnInTheBaseOfAnIntermediateCommit() {
        try (TestVm vm = start("active", "snap2", "snap1")) {
            CommitRequest request = CommitRequest.of("disk0").withTop("snap2").withSettings(MERGE);
            JobPreview preview = TestVm.get(vm.jobs.preview(request));
            assertThat(preview.commands().get(0).name()).isEqualTo("transaction");
            assertThat(marked(vm, "base", "daily")).isEqualTo(-1);
            JobOutcome outcome = vm.run(request);

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).isEmpty();
            assertThat(marked(vm, "base", "daily")).isGreaterThanOrEqualTo(4 * MIB);
            assertThat(marked(vm, "active", "daily")).isEqualTo(2 * MIB);
            vm.shutDown();
            assertThat(inFile(vm, vm.image("base"))).containsExactly("daily");
        }
    }

    @Test
    void goesOnInTheActiveLayerOfAPull() {
        try (TestVm vm = start("active", "snap2", "snap1")) {
            JobOutcome outcome = vm.run(PullRequest.of("disk0").withSettings(MERGE));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(marked(vm, "active", "daily")).isEqualTo(6 * MIB);
            vm.shutDown();
            assertThat(inFile(vm, vm.image("active"))).containsExactly("daily");
        }
    }

    @Test
    void leavesNoBitmapBehindThatItAddedInVain() {
        try (TestVm vm = start("active", "snap2")) {
            BlockJob slow = vm.start(CommitRequest.of("disk0").withTop("snap2").withSettings(MERGE.withSpeed(1)));
            assertThat(marked(vm, "base", "daily")).isNotNegative();
            assertThat(TestVm.get(slow.cancel()).leftovers()).isEmpty();
            assertThat(marked(vm, "base", "daily")).isEqualTo(-1);

            JobOutcome finished = TestVm.get(
                    vm.start(CommitRequest.of("disk0").withSettings(MERGE)).finishWithoutPivot());
            assertThat(finished.completed()).isTrue();
            assertThat(finished.head()).isEqualTo(Head.SOURCE);
            assertThat(marked(vm, "base", "daily")).isEqualTo(-1);
            assertThat(marked(vm, "active", "daily")).isEqualTo(2 * MIB);
        }
    }

    /** Nothing of ours was between READY and the pivot. */
    @Test
    void namesWhatIsLostWhenSomebodyElsePivotsTheJob() {
        try (TestVm vm = start("active")) {
            BlockJob job = vm.start(CommitRequest.of("disk0").withSettings(MERGE.withJobId(new JobId("j"))));
            TestVm.get(job.ready());
            vm.ask("job-complete", "{\"id\":\"j\"}");
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.head()).isEqualTo(Head.TARGET);
            assertThat(outcome.leftovers())
                    .extracting(Leftover::kind, Leftover::name)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(Leftover.Kind.BITMAP, "base/daily"));
        }
    }

    /** What has not recorded every write would make an incomplete backup of the next one. */
    @Test
    void refusesABitmapThatHasNotRecordedAll() {
        try (TestVm vm = start("snap2")) {
            assertRefused(vm, CommitRequest.of("disk0"), "daily is not on every image");
            assertRefused(vm, PullRequest.of("disk0"), "daily is not on every image");
        }
        try (TestVm vm = start("active", "snap1")) {
            assertRefused(vm, CommitRequest.of("disk0"), "daily is not on every image");
            assertRefused(vm, PullRequest.of("disk0"), "daily is not on every image");
        }
        try (TestVm vm = start("active", "base")) {
            assertRefused(vm, CommitRequest.of("disk0"), "daily is not on every image");
        }
        try (TestVm vm = start("active")) {
            assertRefused(
                    vm,
                    CopyRequest.of("disk0", vm.path("copy.raw").toString(), "raw"),
                    "of the format raw can hold no persistent dirty bitmaps");
            vm.ask("block-dirty-bitmap-disable", "{\"node\":\"active\",\"name\":\"daily\"}");
            assertRefused(vm, CommitRequest.of("disk0"), "daily of active is disabled");
            assertThat(marked(vm, "base", "daily")).isEqualTo(-1);
        }
    }

    private static void assertRefused(TestVm vm, BlockJobRequest request, String sentence) {
        BlockJobRequest merging = request instanceof CommitRequest commit
                ? commit.withSettings(MERGE)
                : request instanceof PullRequest pull
                        ? pull.withSettings(MERGE)
                        : ((CopyRequest) request).withSettings(MERGE);
        assertThat(ScriptedVm.failure(vm.jobs.start(merging)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(sentence);
        vm.assertNoJobsLeft();
    }

    /** A commit that is to keep its overlay takes no image away, until somebody pivots it after all. */
    @Test
    void startsWhatIsToFinishWithoutAPivotAndRefusesThePivot() {
        try (TestVm vm = start("active")) {
            JobOutcome outcome = vm.run(CommitRequest.of("disk0").withWhenReady(WhenReady.FINISH));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(marked(vm, "active", "daily")).isEqualTo(2 * MIB);

            BlockJob slow = vm.start(CommitRequest.of("disk0")
                    .withWhenReady(WhenReady.FINISH)
                    .withSettings(JobSettings.defaults().withSpeed(1)));
            var pivot = slow.pivot();
            TestVm.get(slow.setSpeed(0));
            assertThat(ScriptedVm.failure(pivot)).hasMessageContaining("active has daily");
            TestVm.get(slow.cancel());
            assertThat(vm.liveChain()).startsWith("active.qcow2");
        }
    }
}
