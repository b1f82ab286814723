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
@Timeout(value = 10, unit = TimeUnit.MINUTES)
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

    private static void assertFailed(TestVm vm, JobOutcome outcome) {
        assertThat(outcome.end()).isInstanceOfSatisfying(End.Failed.class, failed -> assertThat(failed.error())
                .contains(CAUSE, "cancelled instead of finalized"));
        assertThat(outcome.head()).isEqualTo(Head.SOURCE);
        assertThat(outcome.released()).isEmpty();
        assertThat(vm.liveChain()).hasSize(4);
        assertThat(vm.images
                        .info(vm.image("active"), "qcow2")
                        .path("backing-filename")
                        .asText())
                .isEqualTo(vm.image("snap2").toString());
        vm.assertNoJobsLeft();
    }

    @Test
    void failsAPullAndLeavesItsHeader() {
        try (TestVm vm = withoutFlushOf("active", "qcow2", false)) {
            assertFailed(vm, vm.run(PullRequest.of("disk0")));
            vm.assertSameData(vm.image("active"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void failsAPullIntoTheMiddleAndLeavesItsHeader(boolean readOnly) {
        try (TestVm vm = withoutFlushOf("snap2", "qcow2", readOnly)) {
            assertFailed(vm, vm.run(PullRequest.of("disk0").withInto("snap2")));
            vm.assertSameData(vm.image("active"));
        }
    }

    @ParameterizedTest
    @CsvSource({"qcow2,false", "qcow2,true", "raw,false", "raw,true"})
    void failsACommitThatIsAdoptedBeforeItsEndAndLeavesItsHeader(String format, boolean readOnly) {
        try (TestVm vm = withoutFlushOf("base", format, readOnly)) {
            assertFailed(vm, theirs(vm, "block-commit", commit(vm) + "\"auto-finalize\":false,"));
            vm.assertSameData(vm.image("active"));
        }
    }

    private static String commit(TestVm vm) {
        return """
                "top-node":"snap2","base-node":"base","backing-file":"%s",""".formatted(vm.image("base"));
    }

    /**
     * QEMU itself is content with a job that it finalizes. A base that was read-only is flushed when it is that again, and nobody
     * looks whether that worked.
     */
    @ParameterizedTest
    @CsvSource({"qcow2,false", "qcow2,true", "raw,false", "raw,true"})
    void isNoCommitThatIsDoneWhereQemuFinalizesIt(String format, boolean readOnly) {
        try (TestVm vm = withoutFlushOf("base", format, readOnly)) {
            assertInDoubt(vm, theirs(vm, "block-commit", commit(vm)));
            assertThat(vm.liveChain()).hasSize(2);
        }
    }

    @Test
    void isNoPullThatIsDoneWhereQemuFinalizesIt() {
        try (TestVm vm = withoutFlushOf("active", "qcow2", false)) {
            assertInDoubt(vm, theirs(vm, "block-stream", ""));
            assertThat(vm.liveChain()).hasSize(1);
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

    /** Another client has finalized it before it was flushed. */
    @Test
    void isNoCommitOfOursThatIsDoneWhereAnotherClientFinalizesIt() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("blockdev-reopen", ScriptedVm.refusal(CAUSE));
            BlockJob job = vm.start(ScriptedVm.COMMIT.withTop("mid"));
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
            BlockJob job = vm.start(ScriptedVm.COMMIT.withTop("mid"));
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
            assertThat(vm.run(CommitRequest.of("disk0").withWhenReady(WhenReady.PIVOT))
                            .end())
                    .isEqualTo(new End.Failed("Input/output error"));
        }
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.images().create("target.qcow2", "qcow2", TestVm.SIZE);
            nodes.unflushable("target", null, "qcow2", false);
        })) {
            assertThat(vm.run(CopyRequest.of("disk0", new CopyTarget.Node("target"))
                                    .withWhenReady(WhenReady.PIVOT))
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
            JobOutcome outcome =
                    vm.run(CommitRequest.of("disk0").withTop("snap2").withBase("base"));
            assertThat(outcome.completed()).as("%s", outcome).isTrue();
        }
    }
}
