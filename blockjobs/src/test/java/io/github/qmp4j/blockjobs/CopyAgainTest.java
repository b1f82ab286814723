package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Copies on disks that a copy has been made of before. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CopyAgainTest {
    private static final JobSettings NIGHTLY = JobSettings.defaults().withJobId(new JobId("nightly"));

    private static JobOutcome pivotTo(TestVm vm, String name) {
        String target = vm.path(name).toString();
        return TestVm.get(vm.start(CopyRequest.of("disk0", target, "qcow2").withSettings(NIGHTLY))
                .pivot());
    }

    /** The node of the first copy, which is named after its job, is the active layer when the second one starts. */
    @Test
    void copiesAgainUnderTheSameJobId() {
        try (TestVm vm = TestVm.start()) {
            for (String name : new String[] {"monday.qcow2", "tuesday.qcow2", "wednesday.qcow2"}) {
                JobOutcome outcome = pivotTo(vm, name);
                assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
                assertThat(vm.liveChain()).containsExactly(name);
            }
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path("wednesday.qcow2"));
        }
    }
}
