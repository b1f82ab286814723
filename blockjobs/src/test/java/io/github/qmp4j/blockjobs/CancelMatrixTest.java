package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cancel of somebody else's, before READY and at READY, with force and without. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CancelMatrixTest {

    @ParameterizedTest
    @CsvSource({
        "true,false,false", "true,false,true", "true,true,false", "true,true,true",
        "false,false,false", "false,false,true", "false,true,false", "false,true,true"
    })
    void tellsACompletedJobOnlyWhereItWasReadyAndNotForced(boolean copy, boolean ready, boolean force) {
        try (TestVm vm = TestVm.start()) {
            JobSettings settings = JobSettings.defaults().withSpeed(ready ? 0 : 1);
            BlockJob job = vm.start(
                    copy
                            ? CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                                    .withSettings(settings)
                            : CommitRequest.of("disk0").withSettings(settings));
            if (ready) {
                TestVm.get(job.ready());
            }
            vm.ask("block-job-cancel", "{\"device\":\"%s\",\"force\":%s}".formatted(job.id(), force));
            JobOutcome outcome = TestVm.get(job.outcome());

            assertThat(outcome.end()).isEqualTo(ready && !force ? new End.Completed() : new End.Cancelled());
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
            assertThat(vm.liveChain()).hasSize(4);
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.image("active"));
            if (copy && ready && !force) {
                vm.assertUnchanged(vm.path("copy.qcow2"));
            }
        }
    }
}
