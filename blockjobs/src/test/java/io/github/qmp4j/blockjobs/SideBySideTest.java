package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.DiskImages;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several jobs on one chain, head → upper → active → snap2 → snap1 → base. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SideBySideTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1);

    private static TestVm sixLayers() {
        return TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.devices.clear();
            MadeOnce.copy("six layers", nodes.images().folder(), made -> {
                FilledChain.in(new DiskImages(made), false);
                DiskImages images = new DiskImages(made);
                Path below = made.resolve("active.qcow2");
                for (String name : List.of("upper", "head")) {
                    below = images.overlay(name + ".qcow2", below, "qcow2");
                    images.write(below, "qcow2", name.length(), name.length() * (8 * TestVm.MIB), 12 * TestVm.MIB);
                }
                images.flatten(below, "qcow2", "flat.raw");
            });
            nodes.qcow2("upper", "active");
            nodes.qcow2("head", "upper");
            nodes.devices.add("virtio-blk-pci,id=disk0,drive=head");
        });
    }

    private static PullRequest upperPull() {
        return PullRequest.of("disk0").withBase("active");
    }

    private static PullRequest lowerPull() {
        return PullRequest.of("disk0").withInto("snap2");
    }

    /** Ends QEMU, and compares what the guest would read with what it would have read at the start. */
    private static void assertUnchanged(TestVm vm) {
        vm.shutDown();
        vm.images.check(vm.image("head"), "qcow2");
        assertThat(vm.images.identical(vm.path("flat.raw"), "raw", vm.image("head"), "qcow2"))
                .isTrue();
    }

    /** Each is judged by its own part, though the other has changed the chain too. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void completesTwoPullsOfDisjointParts(boolean upperEndsFirst) {
        try (TestVm vm = sixLayers()) {
            BlockJob upper = vm.start(upperPull().withSettings(SLOW));
            BlockJob lower = vm.start(lowerPull().withSettings(SLOW));
            assertThat(vm.ask("query-jobs")).hasSize(2);
            for (BlockJob job : upperEndsFirst ? List.of(upper, lower) : List.of(lower, upper)) {
                TestVm.get(job.setSpeed(0));
                JobOutcome outcome = TestVm.get(job.outcome());
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
            }
            vm.assertNoJobsLeft();
            assertThat(vm.liveChain()).containsExactly("head.qcow2", "active.qcow2", "snap2.qcow2");
            assertUnchanged(vm);
        }
    }

    /** A commit leaves what lies below it and its root's neighbours to others. */
    @Test
    void completesACommitBesideAPullBelowIt() {
        try (TestVm vm = sixLayers()) {
            BlockJob commit = vm.start(CommitRequest.of("disk0")
                    .withTop("active")
                    .withBase("snap2")
                    .withSettings(SLOW));
            BlockJob pull = vm.start(PullRequest.of("disk0").withInto("snap1").withSettings(SLOW));
            for (BlockJob job : List.of(pull, commit)) {
                TestVm.get(job.setSpeed(0));
                JobOutcome outcome = TestVm.get(job.outcome());
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
            }
            vm.assertNoJobsLeft();
            assertThat(vm.liveChain()).containsExactly("head.qcow2", "upper.qcow2", "snap2.qcow2", "snap1.qcow2");
            assertUnchanged(vm);
        }
    }

    /** Somebody else pulls the lower part. */
    @Test
    void completesAPullBesideAForeignOneOfAnotherPart() {
        try (TestVm vm = sixLayers()) {
            // What the library has seen before the foreign pull keeps the versions before 10.0 from listing nodes.
            assertThat(TestVm.get(vm.jobs.disks())).hasSize(1);
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"snap2\",\"speed\":1,\"auto-dismiss\":true}");
            BlockJob job = vm.start(upperPull().withSettings(SLOW));
            vm.ask("block-job-set-speed", "{\"device\":\"theirs\",\"speed\":0}");
            await().until(() -> vm.ask("query-jobs").size() == 1);
            TestVm.get(job.setSpeed(0));
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("upper");
            assertThat(vm.liveChain()).containsExactly("head.qcow2", "active.qcow2", "snap2.qcow2");
            assertUnchanged(vm);
        }
    }

    /** Pull and pull, pull and commit, commit and pull; the first is unharmed. */
    @ParameterizedTest
    @CsvSource({
        "pull, head, active, pull, upper, snap1",
        "pull, head, , commit, snap1, base",
        "commit, snap2, base, pull, head, snap2",
        "commit, snap2, base, pull, snap1, ",
        "pull, snap1, , commit, snap2, snap1",
        "commit, upper, active, commit, snap1, base"
    })
    void refusesAJobOnWhatAnotherOneHas(
            String first,
            String top,
            @Nullable String base,
            String second,
            String otherTop,
            @Nullable String otherBase) {
        try (TestVm vm = sixLayers()) {
            BlockJob job = vm.start(request(first, top, base));
            assertThat(ScriptedVm.failure(vm.jobs.start(request(second, otherTop, otherBase))))
                    .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                            .isEqualTo(job.id()));
            assertThat(vm.ask("query-jobs")).hasSize(1);
            TestVm.get(job.setSpeed(0));
            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertUnchanged(vm);
        }
    }

    /** QEMU refuses it too where the other job is somebody else's, and theirs goes on. */
    @ParameterizedTest
    @CsvSource({"pull, upper, snap1", "commit, snap2, snap1", "pull, snap2, "})
    void refusesAJobOnWhatSomebodyElsesHas(String kind, String top, @Nullable String base) {
        try (TestVm vm = sixLayers()) {
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"active\",\"speed\":1,\"auto-dismiss\":false}");
            assertThat(ScriptedVm.failure(vm.jobs.start(request(kind, top, base))))
                    .isInstanceOf(Exception.class);
            assertThat(vm.ask("query-jobs")).hasSize(1);
            vm.ask("block-job-set-speed", "{\"device\":\"theirs\",\"speed\":0}");
            await().until(() ->
                    vm.ask("query-jobs").get(0).path("status").asText().equals("concluded"));
            assertThat(vm.ask("query-jobs").get(0).has("error")).isFalse();
        }
    }

    @Test
    void takesAPartAgainWhenItsJobHasEnded() {
        try (TestVm vm = sixLayers()) {
            BlockJob upper = vm.start(upperPull().withSettings(SLOW));
            // Each start drains the disk, and after that the limit lets some more through.
            TestVm.get(upper.pause());
            BlockJob lower = vm.start(lowerPull().withSettings(SLOW));
            assertThat(TestVm.get(lower.cancel()).end()).isInstanceOf(End.Cancelled.class);
            assertThat(vm.run(lowerPull()).completed()).isTrue();
            assertThat(TestVm.get(upper.cancel()).end()).isInstanceOf(End.Cancelled.class);
            vm.assertNoJobsLeft();
        }
    }

    private static BlockJobRequest request(String kind, String top, @Nullable String base) {
        if (kind.equals("commit")) {
            return CommitRequest.of("disk0")
                    .withTop(top)
                    .withBase(Objects.requireNonNull(base))
                    .withSettings(SLOW);
        }
        PullRequest pull = PullRequest.of("disk0").withInto(top).withSettings(SLOW);
        return base == null ? pull : pull.withBase(base);
    }
}
