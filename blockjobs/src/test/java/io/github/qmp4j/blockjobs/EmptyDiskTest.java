package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Images of no length, whose jobs are READY with nothing done. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class EmptyDiskTest {

    @Test
    void pivotsAnActiveCommitOfNoLength() {
        try (TestVm vm = TestVm.start(nodes -> {
            var base = nodes.images().create("zero.qcow2", "qcow2", 0);
            nodes.images().overlay("over.qcow2", base, "qcow2");
            nodes.qcow2("zero", null);
            nodes.qcow2("over", "zero");
            nodes.disk("disk0", "over");
        })) {
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            assertThat(vm.onlyJob().path("len").asLong()).isZero();
            JobOutcome outcome = TestVm.get(job.pivot());

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(vm.liveChain()).containsExactly("zero.qcow2");
            vm.assertNoJobsLeft();
        }
    }
}
