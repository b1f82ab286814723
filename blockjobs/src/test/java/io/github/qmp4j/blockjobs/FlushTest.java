package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk whose flush fails (blkdebug): what QEMU could not write to disk is never told to be done. */
@QemuVersions
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FlushTest {
    private static final String CAUSE = "Error flushing drive: Input/output error";

    private static TestVm withoutFlushOf(String node, String format, boolean readOnly) {
        return TestVm.start(nodes -> {
            String below = null;
            for (String name : List.of("base", "snap1", "snap2", "active")) {
                if (name.equals(node)) {
                    nodes.unflushable(name, below, format, readOnly);
                } else {
                    nodes.qcow2(name, below);
                }
                below = name;
            }
        });
    }

    private static void assertInDoubt(TestVm vm, JobOutcome outcome) {
        assertInDoubt(outcome);
        vm.assertNoJobsLeft();
    }

    private static void assertInDoubt(JobOutcome outcome) {
        assertThat(outcome.end()).isInstanceOfSatisfying(End.Unknown.class, unknown -> assertThat(unknown.evidence())
                .contains(CAUSE, "keep QEMU running"));
        assertThat(outcome.head()).isEqualTo(Head.SOURCE);
        assertThat(outcome.released()).isEmpty();
    }

    @Test
    void isNoPullThatIsDone() {
        try (TestVm vm = withoutFlushOf("active", "qcow2", false)) {
            assertInDoubt(vm, vm.run(PullRequest.of("disk0")));
            // QEMU itself is content.
            assertThat(vm.liveChain()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isNoPullIntoTheMiddleThatIsDone(boolean readOnly) {
        try (TestVm vm = withoutFlushOf("snap2", "qcow2", readOnly)) {
            assertInDoubt(vm, vm.run(PullRequest.of("disk0").into("snap2")));
        }
    }

    /** A base that was read-only is flushed when it is that again, and nobody looks whether that worked. */
    @ParameterizedTest
    @CsvSource({"qcow2,false", "qcow2,true", "raw,false", "raw,true"})
    void isNoCommitThatIsDone(String format, boolean readOnly) {
        try (TestVm vm = withoutFlushOf("base", format, readOnly)) {
            assertInDoubt(vm, theirs(vm, "block-commit", """
                    "top-node":"snap2","base-node":"base","backing-file":"%s",""".formatted(vm.image("base"))));
            assertThat(vm.liveChain()).hasSize(2);
        }
    }

    @Test
    void isNoPullOfSomebodyElseThatIsDone() {
        try (TestVm vm = withoutFlushOf("active", "qcow2", false)) {
            assertInDoubt(vm, theirs(vm, "block-stream", ""));
        }
    }

    /** Somebody else starts a job, and it is adopted. */
    private static JobOutcome theirs(TestVm vm, String command, String more) {
        vm.ask(
                command,
                "{%s\"device\":\"active\",\"job-id\":\"theirs\",\"speed\":1048576,\"auto-dismiss\":false}"
                        .formatted(more));
        BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("theirs"))).orElseThrow();
        TestVm.get(job.setSpeed(0));
        return TestVm.get(job.outcome());
    }

    @Test
    void isNoCommitOfOursThatIsDone() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("blockdev-reopen", ScriptedVm.refusal(CAUSE));
            BlockJob job = vm.start(ScriptedVm.COMMIT.top("mid"));
            vm.chain("active", "base");
            vm.job("commit", "concluded");
            vm.tell("created", "running", "waiting", "pending", "concluded");
            assertInDoubt(TestVm.get(job.outcome()));
        }
    }

    /** What no QEMU is known to say after a flush does not count as one. */
    @Test
    void isNotKnownByARefusalThatNobodyKnows() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("blockdev-reopen", ScriptedVm.refusal("Something else"));
            BlockJob job = vm.start(ScriptedVm.COMMIT.top("mid"));
            vm.chain("active", "base");
            vm.job("commit", "concluded");
            vm.tell("created", "running", "waiting", "pending", "concluded");
            assertThat(TestVm.get(job.outcome()).end()).isInstanceOf(End.Unknown.class);
        }
    }

    /** Without a store the graph tells that it is done, but not that it is on disk. */
    @Test
    void isNoWorkOfAKeyThatIsDone() {
        try (TestVm vm = withoutFlushOf("active", "qcow2", false)) {
            vm.ask("block-stream", "{\"device\":\"active\",\"job-id\":\"theirs\"}");
            await().untilAsserted(() -> assertThat(vm.liveChain()).hasSize(1));
            await().untilAsserted(vm::assertNoJobsLeft);
            assertThat(ScriptedVm.failure(vm.jobs.adoptOrStart(JobKey.of("key"), PullRequest.of("disk0"))))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining(CAUSE);
        }
    }

    /** QEMU flushes the target of these itself, and looks whether that worked, also after READY. */
    @Test
    void failsAnActiveCommitAndACopy() {
        try (TestVm vm = withoutFlushOf("base", "qcow2", false)) {
            assertThat(vm.run(CommitRequest.of("disk0").whenReady(WhenReady.PIVOT))
                            .end())
                    .isEqualTo(new End.Failed("Input/output error"));
        }
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.images().create("target.qcow2", "qcow2", TestVm.SIZE);
            nodes.unflushable("target", null, "qcow2", false);
        })) {
            assertThat(vm.run(CopyRequest.of("disk0", new CopyTarget.Node("target"))
                                    .whenReady(WhenReady.PIVOT))
                            .end())
                    .isEqualTo(new End.Failed("Input/output error"));
        }
    }

    /** With any driver that can be in a chain the refusal after a flush is known to be one. */
    @ParameterizedTest
    @ValueSource(strings = {"qcow2", "raw", "vmdk", "qed", "qcow", "vdi", "vhdx"})
    void isKnownToHaveWorkedWithEachFormat(String format) {
        try (TestVm vm = TestVm.start(nodes -> {
            Path base = nodes.images().create("base." + format, format, TestVm.SIZE);
            nodes.options.add(
                    "{\"driver\":\"%s\",\"node-name\":\"base\",\"file\":{\"driver\":\"file\",\"filename\":\"%s\"}}"
                            .formatted(format, base));
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        })) {
            JobOutcome outcome = vm.run(CommitRequest.of("disk0").top("snap2").base("base"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
        }
    }
}
