package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that a job uses: others can neither remove nor replace them, and can as soon as its outcome is told. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class InUseTest {
    private static final JobSettings SLOW = JobSettings.defaults().withSpeed(1).withKeepReleasedNodes(true);

    enum Kind {
        PULL,
        COMMIT,
        ACTIVE_COMMIT;

        BlockJob start(TestVm vm) {
            CommitRequest commit = CommitRequest.of("disk0").withSettings(SLOW);
            return vm.start(
                    switch (this) {
                        case PULL -> PullRequest.of("disk0").withSettings(SLOW);
                        case COMMIT -> commit.withTop("snap2").withBase("base");
                        case ACTIVE_COMMIT -> commit;
                    });
        }
    }

    private static TestVm start() {
        return TestVm.start(nodes -> {
            nodes.onNamedFile("base", null);
            nodes.onNamedFile("snap1", "base");
            nodes.onNamedFile("snap2", "snap1");
            nodes.onNamedFile("active", "snap2");
        });
    }

    private static void assertNoneCanBeRemoved(TestVm vm, List<String> nodes) {
        for (String node : nodes) {
            assertThatThrownBy(() -> remove(vm, node)).as(node).isInstanceOf(QmpErrorException.class);
        }
    }

    private static void remove(TestVm vm, String node) {
        vm.ask("blockdev-del", "{\"node-name\":\"" + node + "\"}");
    }

    private static void setBacking(TestVm vm, String backing) {
        String options = """
                {"driver":"qcow2","node-name":"active","file":"active-file","backing":%s}""".formatted(backing);
        if (vm.qemu.knows("blockdev-reopen")) {
            vm.ask("blockdev-reopen", "{\"options\":[" + options + "]}");
        } else {
            vm.ask("x-blockdev-reopen", options);
        }
    }

    /** What an outcome calls released can be removed at once, from the top down. */
    @ParameterizedTest
    @EnumSource
    void letsNobodyRemoveItsNodesUntilItIsOver(Kind kind) {
        try (TestVm vm = start()) {
            BlockJob job = kind.start(vm);
            assertNoneCanBeRemoved(vm, List.of("active", "snap2", "snap1", "base"));
            TestVm.get(job.setSpeed(0));
            JobOutcome outcome = TestVm.get(kind == Kind.ACTIVE_COMMIT ? job.pivot() : job.outcome());

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.released()).isNotEmpty();
            outcome.released().forEach(node -> remove(vm, node.label()));
            assertThat(vm.liveChain()).hasSize(4 - outcome.released().size());
        }
    }

    /** Of a copy, where source and target have changed places. */
    @Test
    void letsNobodyRemoveTheTwoSidesOfACopyUntilItIsOver() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.images().create("copy.qcow2", "qcow2", TestVm.SIZE);
            nodes.qcow2("copy", null);
            nodes.plainChain();
        })) {
            BlockJob job = vm.start(CopyRequest.of("disk0", new CopyTarget.Node("copy"))
                    .withSettings(JobSettings.defaults().withKeepReleasedNodes(true)));
            assertNoneCanBeRemoved(vm, List.of("active", "copy"));
            TestVm.get(job.ready());
            assertNoneCanBeRemoved(vm, List.of("active", "copy"));
            JobOutcome outcome = TestVm.get(job.pivot());

            assertNoneCanBeRemoved(vm, List.of("copy"));
            assertThat(outcome.released())
                    .extracting(BlockNode::label)
                    .containsExactly("active", "snap2", "snap1", "base");
            outcome.released().forEach(node -> remove(vm, node.label()));
            assertThat(vm.liveChain()).containsExactly("copy.qcow2");
        }
    }

    /** By {@code blockdev-reopen}, or by what it was called before QEMU 6.1. */
    @ParameterizedTest
    @EnumSource
    void letsNobodyReplaceABackingNodeUntilItIsOver(Kind kind) {
        try (TestVm vm = start()) {
            BlockJob job = kind.start(vm);
            assertThatThrownBy(() -> setBacking(vm, "\"base\"")).isInstanceOf(QmpErrorException.class);
            assertThat(job.outcome()).isNotDone();
            assertThat(TestVm.get(job.cancel()).end()).isInstanceOf(End.Cancelled.class);

            setBacking(vm, "\"base\"");
            assertThat(vm.liveChain()).hasSize(2);
            setBacking(vm, "\"snap2\"");
            assertThat(vm.liveChain()).hasSize(4);
            vm.assertUnchanged(vm.image("active"));
        }
    }
}
