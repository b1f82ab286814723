package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How jobs end, and what an ended job that nobody has dismissed still holds. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EndByVersionTest {

    private static void awaitStatus(TestVm vm, String status) {
        await().untilAsserted(() ->
                assertThat(vm.ask("query-jobs").get(0).path("status").asText()).isEqualTo(status));
    }

    @Test
    void switchesToACopyThatLacksItsBackingFileOrRefusesTo() throws IOException {
        try (TestVm vm = TestVm.start()) {
            Path missing = vm.images.create("missing.qcow2", "qcow2", TestVm.SIZE);
            Path target = vm.images.overlay("copy.qcow2", missing, "qcow2");
            Files.delete(missing);
            assertThat(ScriptedVm.failure(vm.jobs.start(CopyRequest.of("disk0", target.toString(), "qcow2")
                            .withExtent(CopyExtent.TOP)
                            .withReuseExternal(true))))
                    .isInstanceOf(BlockChainException.class)
                    .hasMessageContaining("missing.qcow2");

            // Somebody who does not look.
            vm.ask("drive-mirror", """
                    {"job-id":"blind","device":"active","target":"%s","format":"qcow2","mode":"existing","sync":"top",
                     "auto-dismiss":false}""".formatted(target));
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("blind"))).orElseThrow();
            TestVm.get(job.ready());
            if (Release.of(vm.qemu).isBefore(Release.V7_2)) {
                assertThat(ScriptedVm.failure(job.pivot()))
                        .isInstanceOf(QmpCommandException.class)
                        .hasMessageContaining("Could not open backing file");
                assertThat(vm.onlyJob().path("status").asText()).isEqualTo("ready");
                assertThat(vm.activeFile()).isEqualTo(vm.image("active").toString());
                assertThat(TestVm.get(job.cancel()).head()).isEqualTo(Head.SOURCE);
            } else {
                JobOutcome outcome = TestVm.get(job.pivot());
                assertThat(outcome.end()).isEqualTo(new End.Failed("Invalid argument"));
                assertThat(outcome.head()).isEqualTo(Head.TARGET);
                assertThat(outcome.released()).isEmpty();
                assertThat(vm.activeFile()).contains(target.toString());
            }
            vm.assertNoJobsLeft();
        }
    }

    @Test
    void startsOnADiskWithAnEndedActiveCommitUnlessThatStillHoldsTheChain() {
        try (TestVm vm = TestVm.start()) {
            vm.ask("block-commit", "{\"job-id\":\"theirs\",\"device\":\"active\",\"auto-dismiss\":false}");
            awaitStatus(vm, "ready");
            vm.ask("job-cancel", "{\"id\":\"theirs\"}");
            awaitStatus(vm, "concluded");
            if (Release.of(vm.qemu).isBefore(Release.V7_2)) {
                assertThat(ScriptedVm.failure(vm.jobs.start(CommitRequest.of("disk0"))))
                        .isInstanceOf(JobConflictException.class)
                        .hasMessageContaining("held by job theirs, which has ended and is not dismissed");
                vm.ask("job-dismiss", "{\"id\":\"theirs\"}");
            }
            assertThat(TestVm.get(vm.start(CommitRequest.of("disk0")).pivot()).pivoted())
                    .isTrue();
        }
    }

    /** QEMU refuses, and does not say why. */
    @Test
    void startsNothingOnADiskWithAnEndedPullThatIsNotDismissed() {
        try (TestVm vm = TestVm.start()) {
            vm.ask(
                    "block-stream",
                    "{\"job-id\":\"theirs\",\"device\":\"active\",\"base-node\":\"base\","
                            + "\"backing-file\":\"base.qcow2\",\"auto-dismiss\":false}");
            awaitStatus(vm, "concluded");
            assertThat(ScriptedVm.failure(vm.jobs.start(CommitRequest.of("disk0"))))
                    .isInstanceOf(JobConflictException.class)
                    .hasMessageContaining("held by job theirs, which has ended and is not dismissed");
            vm.ask("job-dismiss", "{\"id\":\"theirs\"}");
            assertThat(TestVm.get(vm.start(CommitRequest.of("disk0")).pivot()).pivoted())
                    .isTrue();
        }
    }
}
