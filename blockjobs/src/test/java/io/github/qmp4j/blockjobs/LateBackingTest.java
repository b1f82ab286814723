package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An orchestrator moves a disk by a shallow copy to a file whose backing file it copies itself while the job runs. The
 * library refuses to start that, since it cannot prove it, but it ends such a job rightly.
 */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class LateBackingTest {

    @Test
    void pivotsACopyWhoseLowerLayersCameWhileItRan() throws IOException {
        try (TestVm vm = TestVm.start(nodes -> {
            Path lower = nodes.images().flatten(Path.of(nodes.path("snap2")), "qcow2", "lower.raw");
            nodes.images().overlay("copy.qcow2", lower, "raw");
            nodes.plainChain();
        })) {
            Path lower = vm.path("lower.raw");
            Path away = Files.move(lower, vm.path("on-its-way.raw"));
            vm.ask("drive-mirror", """
                    {"job-id":"move","device":"active","target":"%s","format":"qcow2","mode":"existing","sync":"top",
                     "auto-dismiss":false}""".formatted(vm.path("copy.qcow2")));
            BlockJob job = TestVm.get(vm.jobs.adopt(new JobId("move"))).orElseThrow();
            TestVm.get(job.ready());
            Files.move(away, lower);
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(vm.liveChain()).containsExactly("copy.qcow2", "lower.raw");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("copy.qcow2"));
        }
    }
}
