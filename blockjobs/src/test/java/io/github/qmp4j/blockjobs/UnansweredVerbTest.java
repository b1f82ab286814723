package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.PivotProofTest.pivoting;
import static io.github.qmp4j.blockjobs.ScriptedVm.COMMIT;
import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No answer is no refusal; the verb may be obeyed all the same. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UnansweredVerbTest {
    /** No reply is no refusal: the pivot may still come, and what is claimed in the end must be proved. */
    @Test
    void waitsForTheOutcomeWhenThePivotIsNotAnswered() {
        // case 39
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults().withBlockCommandTimeout(Duration.ofMillis(300)))) {
            vm.on("job-complete");
            CompletableFuture<JobOutcome> pivot = pivoting(vm, COMMIT, "commit");
            // The library is told that no reply came before the job ends: this command times out after it.
            vm.on("query-status");
            assertThat(ScriptedVm.failure(vm.client.execute(QmpCommand.of("query-status"), Duration.ofMillis(600))))
                    .isInstanceOf(QmpTimeoutException.class);
            vm.job("commit", "concluded");
            vm.tell("waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            assertThat(TestVm.get(pivot).end()).isInstanceOf(End.Failed.class);
        }
    }

    @Test
    void isUnknownWhenTheMonitorIsLostAfterThePivotWasWritten() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("job-complete");
            CompletableFuture<JobOutcome> pivot = pivoting(vm, COMMIT, "commit");
            vm.qemu.disconnect();

            assertThat(TestVm.get(pivot).end()).isInstanceOf(End.Unknown.class);
        }
    }

    @Test
    void isUnknownWhenTheMonitorIsLostAfterTheCancelWasWritten() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("job-cancel");
            BlockJob job = vm.start(COMMIT);
            CompletableFuture<JobOutcome> cancel = job.cancel();
            vm.qemu.awaitReceived("job-cancel", 1, Duration.ofMinutes(2));
            vm.qemu.disconnect();

            assertThat(TestVm.get(cancel).end()).isInstanceOf(End.Unknown.class);
        }
    }
}
