package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.COMMIT;
import static io.github.qmp4j.blockjobs.ScriptedVm.J;
import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static io.github.qmp4j.blockjobs.ScriptedVm.failed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pivot is proved by the graph, whatever QEMU says of the job. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PivotProofTest {
    private static final CopyRequest COPY =
            CopyRequest.of("disk0", "/images/copy.qcow2", "qcow2").withSettings(J);

    /** Starts a job, brings it to READY, and asks for the pivot. */
    static CompletableFuture<JobOutcome> pivoting(ScriptedVm vm, BlockJobRequest request, String type) {
        BlockJob job = vm.start(request);
        vm.job(type, "ready");
        vm.tell("created", "running", "ready");
        CompletableFuture<JobOutcome> pivot = job.pivot();
        vm.qemu.awaitReceived("job-complete", 1, Duration.ofMinutes(2));
        return pivot;
    }

    /** The same event ends a job that somebody else has finished without a pivot. */
    @Test
    void claimsNoPivotWhenTheDiskIsStillOnTheSource() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            CompletableFuture<JobOutcome> pivot = pivoting(vm, COMMIT, "commit");
            vm.job("commit", "concluded");
            vm.tell("waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            JobOutcome outcome = TestVm.get(pivot);
            assertThat(outcome.end()).isInstanceOf(End.Failed.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(outcome.released()).isEmpty();
        }
    }

    @Test
    void claimsAPivotWhenTheDiskIsOnTheBase() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            CompletableFuture<JobOutcome> pivot = pivoting(vm, COMMIT, "commit");
            vm.job("commit", "concluded");
            vm.chain("base");
            vm.tell("waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            assertThat(TestVm.get(pivot).pivoted()).isTrue();
        }
    }

    /** A job-id says nothing of the disk, and either may have been switched by somebody else. */
    @Test
    void claimsNoPivotOfAMetJobThatMayBeOnAnyOfTwoDisks() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.job("mirror", "ready");
            BlockJob job = TestVm.get(vm.jobs.attach(new JobId("j"))).orElseThrow();
            CompletableFuture<JobOutcome> pivot = job.pivot();
            vm.qemu.awaitReceived("job-complete", 1, Duration.ofMinutes(2));
            vm.job("mirror", "concluded");
            vm.chain("copy");
            vm.tell("waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            JobOutcome outcome = TestVm.get(pivot);
            assertThat(outcome.end()).isInstanceOf(End.Unknown.class);
            assertThat(outcome.head()).isEqualTo(Head.UNKNOWN);
        }
    }

    @Test
    void tellsAFailureThatHasSwitchedTheDisk() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            CompletableFuture<JobOutcome> pivot = pivoting(vm, COPY, "mirror");
            vm.job("mirror", "concluded", "Invalid argument");
            vm.chain("j");
            vm.tell("waiting", "pending", "aborting");
            vm.qemu.send(failed("Invalid argument"));
            vm.tell("concluded");

            JobOutcome outcome = TestVm.get(pivot);
            assertThat(outcome.end()).isEqualTo(new End.Failed("Invalid argument"));
            assertThat(outcome.head()).isEqualTo(Head.TARGET);
            assertThat(outcome.released()).isEmpty();
            assertThat(outcome.leftovers()).isEmpty();
        }
    }

    @Test
    void doesNotBelieveASuccessThatLeftTheDiskOnANodeOfNeitherSide() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            CompletableFuture<JobOutcome> pivot = pivoting(vm, COMMIT, "commit");
            vm.job("commit", "concluded");
            vm.chain("snapshot", "active", "mid", "base");
            vm.tell("waiting", "pending", "concluded");

            assertThat(TestVm.get(pivot).end()).isInstanceOf(End.Unknown.class);
        }
    }
}
