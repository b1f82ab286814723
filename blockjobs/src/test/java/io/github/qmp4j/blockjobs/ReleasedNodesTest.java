package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.TempFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the nodes of images that a job has released. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ReleasedNodesTest {
    private static List<String> nodes(TestVm vm) {
        List<String> names = new ArrayList<>();
        for (JsonNode node : vm.ask("query-named-block-nodes", "{\"flat\":true}")) {
            String name = node.path("node-name").asText();
            if (!name.startsWith("#")) {
                names.add(name);
            }
        }
        return names;
    }

    private static BlockJobRequest request(TestVm vm, String kind) {
        return switch (kind) {
            case "pull" -> PullRequest.of("disk0");
            case "commit" -> CommitRequest.of("disk0").withTop("snap2").withBase("base");
            case "active commit" -> CommitRequest.of("disk0").withWhenReady(WhenReady.PIVOT);
            default ->
                CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                        .withWhenReady(WhenReady.PIVOT);
        };
    }

    private static void namedFiles(Nodes nodes) {
        nodes.onNamedFile("base", null);
        nodes.onNamedFile("snap1", "base");
        nodes.onNamedFile("snap2", "snap1");
        nodes.onNamedFile("active", "snap2");
    }

    /** QEMU refuses a copy while overlays that nothing uses stand on the disk. */
    @ParameterizedTest
    @ValueSource(strings = {"pull", "commit", "active commit", "copy"})
    void aCopyAfterAnyOtherJobJustWorks(String kind) {
        for (Consumer<Nodes> graph : List.<Consumer<Nodes>>of(Nodes::plainChain, ReleasedNodesTest::namedFiles)) {
            try (TestVm vm = TestVm.start(graph)) {
                JobOutcome outcome = vm.run(request(vm, kind));
                assertThat(outcome.completed()).as("%s", outcome).isTrue();
                assertThat(outcome.leftovers()).isEmpty();
                assertThat(outcome.released()).isNotEmpty();
                for (BlockNode image : outcome.released()) {
                    assertThat(nodes(vm)).doesNotContain(image.label(), image.label() + "-file");
                }
                assertThat(TestVm.get(vm.jobs.disks())).hasSize(1);
                JobOutcome copy =
                        vm.run(CopyRequest.of("disk0", vm.path("second.qcow2").toString(), "qcow2")
                                .withWhenReady(WhenReady.PIVOT));
                assertThat(copy.pivoted()).as("%s", copy).isTrue();
                vm.assertUnchanged(vm.path("second.qcow2"));
            }
        }
    }

    @Test
    void aRequestMayKeepThem() {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(
                    PullRequest.of("disk0").withSettings(JobSettings.defaults().withKeepReleasedNodes(true)));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(nodes(vm)).contains("snap2", "snap1", "base");
        }
    }

    @Test
    void aNodeThatAnExportUsesStays() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("nbd-server-start", """
                    {"addr":{"type":"unix","data":{"path":"%s"}}}""".formatted(vm.path("nbd.sock")));
            vm.ask("block-export-add", "{\"type\":\"nbd\",\"id\":\"e\",\"node-name\":\"snap1\"}");
            JobOutcome outcome = vm.run(PullRequest.of("disk0"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
            assertThat(nodes(vm)).contains("snap1", "base").doesNotContain("snap2");
        }
    }

    /** Between the last look at the graph and the removal of the nodes. QEMU's refusal to remove a node tells of it. */
    @Test
    void anImageThatAnotherClientBeginsToUseAtTheVeryEndIsNotReleased() {
        try (TempFolder folder = TempFolder.create("late-user");
                TestVm vm = TestVm.start();
                JobStore store = new PassingStore(JobStore.file(folder.resolve("jobs"))) {
                    @Override
                    public CompletableFuture<Void> record(JobRecord record) {
                        if (record.step() == JobRecord.Step.DISMISSED) {
                            vm.ask(
                                    "blockdev-add",
                                    "{\"driver\":\"copy-on-read\",\"node-name\":\"late\",\"file\":\"snap1\"}");
                        }
                        return super.record(record);
                    }
                };
                BlockJobs jobs =
                        BlockJobs.of(vm.client, BlockJobOptions.defaults().withStore(store))) {
            JobKey key = JobKey.of("late");
            JobOutcome outcome = TestVm.get(
                    TestVm.get(jobs.adoptOrStart(key, PullRequest.of("disk0"))).outcome());
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).extracting(BlockNode::label).containsExactly("snap2");
            assertThat(outcome.leftovers()).extracting(Leftover::name).containsExactly("snap1", "base");
            assertThat(nodes(vm)).contains("late", "snap1", "base").doesNotContain("snap2");
            assertThat(TestVm.get(store.find(key)).orElseThrow().outcome()).hasValue(outcome);
        }
    }

    /** The overlays of a disk that an earlier commit has left above it are named in the order in which QEMU lets them go. */
    @Test
    void theOverlaysThatAreInTheWayOfACopyAreNamedInTheOrderOfTheirRemoval() {
        try (TestVm vm = TestVm.startRelative()) {
            for (String name : List.of("one", "two")) {
                vm.images.overlay(name + ".qcow2", vm.image("active"), "qcow2");
            }
            String below =
                    vm.ask("query-block").get(0).at("/inserted/node-name").asText();
            vm.ask("blockdev-add", """
                    {"driver":"qcow2","node-name":"one","backing":"%s","file":{"driver":"file","filename":"one.qcow2"}}""".formatted(below));
            vm.ask("blockdev-add", """
                    {"driver":"qcow2","node-name":"two","backing":"one","file":{"driver":"file","filename":"two.qcow2"}}""");
            CopyRequest copy = CopyRequest.of("drive0", vm.path("copy.qcow2").toString(), "qcow2");
            Throwable refusal = ScriptedVm.failure(vm.jobs.start(copy));
            assertThat(refusal).isInstanceOf(JobStartException.class).hasMessageContaining("remove two, one with");
            for (String name : List.of("two", "one")) {
                vm.ask("blockdev-del", "{\"node-name\":\"" + name + "\"}");
            }
        }
    }
}
