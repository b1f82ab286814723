package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies to nodes of the caller. */
@QemuVersions
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class CopyTargetTest {
    private static void add(TestVm vm, String node, Path file, String backing) {
        vm.ask(
                "blockdev-add",
                "{\"driver\":\"qcow2\",\"node-name\":\"%s\",\"backing\":%s,\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                        .formatted(node, backing, file));
    }

    private static CopyRequest to(String node) {
        return CopyRequest.of("disk0", new CopyTarget.Node(node));
    }

    @Test
    void pivotsToANodeOfTheCaller() {
        try (TestVm vm = TestVm.start()) {
            add(vm, "target", vm.images.create("copy.qcow2", "qcow2", TestVm.SIZE), "null");
            JobOutcome outcome = TestVm.get(vm.start(to("target")).pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(vm.liveChain()).containsExactly("copy.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @Test
    void copiesTheActiveLayerToANodeAndLeavesItToTheCaller() {
        try (TestVm vm = TestVm.start()) {
            add(vm, "target", vm.images.overlay("copy.qcow2", vm.image("snap2"), "qcow2"), "\"snap2\"");
            JobOutcome outcome =
                    TestVm.get(vm.start(to("target").withExtent(CopyExtent.TOP)).finishWithoutPivot());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.leftovers()).isEmpty();
            vm.ask("blockdev-del", "{\"node-name\":\"target\"}");
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }

    @Test
    void refusesANodeThatDoesNotStandWhereTheCopyWill() {
        try (TestVm vm = TestVm.start()) {
            add(vm, "plain", vm.images.create("plain.qcow2", "qcow2", TestVm.SIZE), "null");
            add(vm, "small", vm.images.create("small.qcow2", "qcow2", TestVm.MIB), "null");
            add(vm, "cut", vm.images.overlay("cut.qcow2", vm.image("snap2"), "qcow2"), "null");
            add(vm, "over", vm.images.overlay("over.qcow2", vm.image("base"), "qcow2"), "\"base\"");
            assertRefused(vm, to("nope"), "there is no node 'nope'");
            assertRefused(vm, to("small"), "has 1048576 bytes");
            assertRefused(vm, to("snap1"), "is a node of disk disk0 itself");
            assertRefused(vm, to("plain").withExtent(CopyExtent.TOP), "names none as its backing file");
            assertRefused(
                    vm,
                    to("cut").withExtent(CopyExtent.TOP),
                    "has 'nothing' below it where the copy has to stand on snap2");
            assertRefused(vm, to("over").withExtent(CopyExtent.TOP), "will stand on " + vm.image("snap2"));
            assertRefused(vm, to("over"), "will stand on none");
            vm.assertNoJobsLeft();
        }
    }

    static void assertRefused(TestVm vm, CopyRequest request, String sentence) {
        assertThat(ScriptedVm.failure(vm.jobs.start(request)))
                .isInstanceOf(BlockChainException.class)
                .hasMessageContaining(sentence);
    }
}
