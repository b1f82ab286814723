package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Persistent dirty bitmaps are not dropped unasked. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BitmapTest {
    private static void addBitmap(TestVm vm, String node, boolean persistent) {
        vm.ask(
                "block-dirty-bitmap-add",
                "{\"node\":\"%s\",\"name\":\"daily\",\"persistent\":%s}".formatted(node, persistent));
    }

    /** The nodes that have the bitmap, by the second monitor. */
    private static List<String> nodesWithBitmap(TestVm vm) {
        List<String> nodes = new ArrayList<>();
        for (JsonNode node : vm.ask("query-named-block-nodes")) {
            if (!node.path("dirty-bitmaps").isEmpty()) {
                nodes.add(node.path("node-name").asText());
            }
        }
        return nodes;
    }

    private static Stream<BlockJobRequest> requestsThatDropTheActiveLayer() {
        return Stream.of(CommitRequest.of("disk0"), CopyRequest.of("disk0", "/no/such/folder/copy.qcow2", "qcow2"));
    }

    @ParameterizedTest
    @MethodSource("requestsThatDropTheActiveLayer")
    void refusesToDropTheBitmapOfTheActiveLayer(BlockJobRequest request) {
        try (TestVm vm = TestVm.start()) {
            addBitmap(vm, "active", true);
            assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("dirty bitmaps out of the chain of disk disk0: active has daily;");
            vm.assertNoJobsLeft();
            assertThat(nodesWithBitmap(vm)).containsExactly("active");
        }
    }

    @Test
    void refusesToDropTheBitmapOfAMiddleNode() {
        try (TestVm vm = TestVm.start()) {
            addBitmap(vm, "snap2", true);
            assertThat(ScriptedVm.failure(vm.jobs.start(PullRequest.of("disk0"))))
                    .hasMessageContaining("snap2 has daily");
            assertThat(ScriptedVm.failure(
                            vm.jobs.start(CommitRequest.of("disk0").withTop("snap2"))))
                    .hasMessageContaining("snap2 has daily");
            // It keeps snap2.
            assertThat(vm.run(CommitRequest.of("disk0").withTop("snap1")).completed())
                    .isTrue();
            assertThat(vm.run(PullRequest.of("disk0")
                                    .withSettings(JobSettings.defaults().withBitmaps(BitmapRule.DROP)))
                            .completed())
                    .isTrue();
            assertThat(vm.liveChain()).containsExactly("active.qcow2");
        }
    }

    @Test
    void dropsThemWhereTheRequestSaysSo() {
        try (TestVm vm = TestVm.start()) {
            addBitmap(vm, "active", true);
            JobOutcome outcome = vm.run(CommitRequest.of("disk0")
                    .withWhenReady(WhenReady.PIVOT)
                    .withSettings(JobSettings.defaults().withBitmaps(BitmapRule.DROP)));
            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            vm.assertUnchanged(vm.image("base"));
        }
    }

    /** A bitmap that ends with QEMU anyway, and one on a node that stays, are in nobody's way. */
    @Test
    void letsGoWhatIsNotPersistentOrStays() {
        try (TestVm vm = TestVm.start()) {
            addBitmap(vm, "active", true);
            assertThat(vm.run(PullRequest.of("disk0")).completed()).isTrue();
            assertThat(nodesWithBitmap(vm)).containsExactly("active");
        }
        try (TestVm vm = TestVm.start()) {
            addBitmap(vm, "active", false);
            assertThat(vm.run(CommitRequest.of("disk0").withWhenReady(WhenReady.PIVOT))
                            .pivoted())
                    .isTrue();
        }
    }
}
