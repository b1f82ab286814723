package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.PULL;
import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static io.github.qmp4j.blockjobs.ScriptedVm.failure;
import static io.github.qmp4j.blockjobs.ScriptedVm.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.Outgoing;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs of one id are told apart. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SameIdTest {
    @Test
    void neverTouchesAForeignJobThatWasQuickerToTakeTheId() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-stream");
            CompletableFuture<BlockJob> start = vm.jobs.start(PULL);
            var command = vm.qemu.awaitReceived("block-stream", 1, Duration.ofMinutes(2));
            // Somebody else's job of this id lives and ends before QEMU comes to our command.
            vm.job("stream", "concluded");
            vm.tell("created", "running", "waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");
            assertThat(TestVm.get(vm.jobs.list())).hasSize(1);
            vm.qemu.answer(command, refusal("Job ID 'j' already in use"));

            assertThat(failure(start)).hasMessageContaining("there is already a job j");
            assertThat(TestVm.get(vm.jobs.list())).hasSize(1);
            assertThat(vm.count("job-dismiss")).isZero();
        }
    }

    /** A reply can overtake the last events of an earlier job of this id; what comes before the creation is not ours. */
    @Test
    void takesNoEndForItsOwnBeforeItHasHeardOfItsCreation() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "running");
            vm.tell("null");
            vm.tell("created", "running", "waiting", "pending");
            vm.chain("active");
            vm.job("stream", "concluded");
            vm.qemu.send(completed());
            vm.tell("concluded");

            assertThat(TestVm.get(job.outcome()).end()).isEqualTo(new End.Completed());
        }
    }

    @Test
    void tellsWhoeverHasMetAJobThatQemuThenRefuses() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-stream");
            CompletableFuture<BlockJob> start = vm.jobs.start(PULL);
            var command = vm.qemu.awaitReceived("block-stream", 1, Duration.ofMinutes(2));
            BlockJob met = TestVm.get(vm.jobs.attach(new JobId("j"))).orElseThrow();
            vm.qemu.answer(command, refusal("Node is busy"));

            assertThat(failure(start)).hasMessageContaining("Node is busy");
            assertThat(TestVm.get(met.outcome()).end()).isInstanceOf(End.Failed.class);
        }
    }

    @Test
    void refusesAJobIdThatQemuHasAlready() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.job("stream", "running");

            assertThat(failure(vm.jobs.start(PULL)))
                    .isInstanceOfSatisfying(JobConflictException.class, conflict -> assertThat(conflict.other())
                            .isEqualTo(new JobId("j")));
            assertThat(vm.count("block-stream")).isZero();
        }
    }

    @Test
    void keepsTheFirstOfTwoJobsOfOneIdOnTwoDisks() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-stream");
            CompletableFuture<BlockJob> first = vm.jobs.start(PULL);
            var command = vm.qemu.awaitReceived("block-stream", 1, Duration.ofMinutes(2));
            CompletableFuture<BlockJob> second =
                    vm.jobs.start(PullRequest.of("disk1").withSettings(ScriptedVm.J));

            assertThat(failure(second)).isInstanceOf(JobConflictException.class);
            vm.qemu.answer(command, Outgoing.reply());
            vm.job("stream", "concluded", "Input/output error");
            vm.tell("created", "running", "aborting", "concluded");
            assertThat(TestVm.get(TestVm.get(first).outcome()).end()).isInstanceOf(End.Failed.class);
        }
    }
}
