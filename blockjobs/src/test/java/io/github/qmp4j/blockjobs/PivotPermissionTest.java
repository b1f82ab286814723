package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** QEMU accepts the pivot and only then finds that the copy must not take the place of the disk. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PivotPermissionTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void staysOnTheSourceWhereTheTargetMayNotTakeItsPlace(CopyEngine engine) {
        try (TestVm vm = TestVm.start()) {
            List<String> before = nodes(vm);
            Path target = vm.path("copy.qcow2");
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", target.toString(), "qcow2").withEngine(engine));
            TestVm.get(job.ready());
            // One user of the target lets nobody read it, which a copy does not mind; one of the source must read.
            hold(vm, "strict", targetNode(vm, target), "unshare-child-perms");
            hold(vm, "reader", "active", "take-child-perms");
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.end()).isEqualTo(new End.Failed("Operation not permitted"));
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            assertThat(vm.activeFile()).isEqualTo(vm.image("active").toString());
            vm.assertNoJobsLeft();
            // Neither the filter nor, once its other user is gone, the target's node has stayed.
            vm.ask("blockdev-del", "{\"node-name\":\"reader\"}");
            vm.ask("blockdev-del", "{\"node-name\":\"strict\"}");
            List<String> left = nodes(vm);
            assertThat(outcome.leftovers())
                    .extracting(Leftover::name)
                    .contains(target.toString())
                    .containsAll(
                            left.stream().filter(node -> !before.contains(node)).toList());
            vm.assertUnchanged(vm.image("active"));
        }
    }

    private static void hold(TestVm vm, String name, String node, String permissions) {
        vm.ask("blockdev-add", """
                {"driver":"blkdebug","node-name":"%s","image":"%s","%s":["consistent-read"]}""".formatted(name, node, permissions));
    }

    private static String targetNode(TestVm vm, Path target) {
        return StreamSupport.stream(vm.ask("query-named-block-nodes").spliterator(), false)
                .filter(node -> node.path("drv").asText().equals("qcow2"))
                .filter(node -> node.path("file").asText().equals(target.toString()))
                .map(node -> node.path("node-name").asText())
                .findFirst()
                .orElseThrow();
    }

    private static List<String> nodes(TestVm vm) {
        return StreamSupport.stream(vm.ask("query-named-block-nodes").spliterator(), false)
                .map((JsonNode node) -> node.path("node-name").asText())
                // Those that QEMU has named belong to the node above them.
                .filter(name -> !name.startsWith("#"))
                .sorted()
                .toList();
    }
}
