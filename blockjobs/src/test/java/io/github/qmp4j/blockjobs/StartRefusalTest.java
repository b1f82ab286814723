package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starts that QEMU itself refuses, some of them when it has made a job already. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StartRefusalTest {

    private static List<String> told(TestVm vm, JobId id) {
        return vm.qemu.oracle().events().stream()
                .map(event -> event.path("data"))
                .filter(data -> data.path("id").asText().equals(id.value()))
                .map((JsonNode data) -> data.path("status").asText())
                .toList();
    }

    /** The base may not be written, since another disk reads it; QEMU finds that when the job is there. */
    @Test
    void failsWhereQemuMakesAJobAndTakesItBack() {
        JobId id = new JobId("j");
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.overTheSameBase();
        })) {
            CommitRequest commit = CommitRequest.of("disk0")
                    .withTop("snap2")
                    .withBase("base")
                    .withSettings(JobSettings.defaults().withJobId(id));
            assertThat(ScriptedVm.failure(vm.jobs.start(commit))).isInstanceOf(QmpCommandException.class);
            vm.assertNoJobsLeft();
            assertThat(told(vm, id)).containsExactly("created", "null");
            // Neither the disk nor the id is taken.
            assertThat(vm.run(PullRequest.of("disk0")
                                    .withSettings(JobSettings.defaults().withJobId(id)))
                            .completed())
                    .isTrue();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** What QEMU says of such requests by itself; the library sends none of them. */
    @Test
    void areRefusedByQemuTooWhereTheLibraryWouldNotSendThem() {
        try (TestVm vm = TestVm.start()) {
            assertRefused(vm, "block-stream", "{\"job-id\":\"j\",\"device\":\"nope\"}");
            assertRefused(vm, "block-stream", "{\"job-id\":\"\",\"device\":\"active\"}");
            assertRefused(vm, "block-stream", "{\"device\":\"active\"}");
            assertRefused(vm, "block-commit", "{\"job-id\":\"j\",\"device\":\"nope\"}");
            assertRefused(
                    vm,
                    "block-commit",
                    "{\"job-id\":\"j\",\"device\":\"active\",\"top-node\":\"snap1\",\"base-node\":\"snap2\"}");
            assertThat(ScriptedVm.failure(vm.jobs.start(PullRequest.of("nope"))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("there is no disk 'nope'");
            assertThatThrownBy(() -> new JobId("")).isInstanceOf(IllegalArgumentException.class);
            vm.assertNoJobsLeft();
        }
    }

    private static void assertRefused(TestVm vm, String command, String arguments) {
        assertThatThrownBy(() -> vm.ask(command, arguments)).isInstanceOf(QmpErrorException.class);
    }

    @Test
    void refusesToCopyADiskToItself() {
        try (TestVm vm = TestVm.start()) {
            assertThat(ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", new CopyTarget.Node("active")))))
                    .isInstanceOfAny(BlockJobException.class, QmpCommandException.class);
            String file = vm.image("active").toString();
            assertThat(ScriptedVm.failure(
                            vm.jobs.start(CopyRequest.of("disk0", file, "qcow2").withReuseExternal(true))))
                    .isInstanceOfAny(BlockJobException.class, QmpCommandException.class);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
        }
    }

    /** Neither side may change its size meanwhile. */
    @Test
    void keepsTheSizeOfADiskWhileItIsCopied() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job =
                    vm.start(CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                            .withBufSize(65536)
                            .withGranularity(65536));
            TestVm.get(job.ready());
            assertRefused(vm, "block_resize", "{\"node-name\":\"active\",\"size\":" + 2 * TestVm.SIZE + "}");
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }
}
