package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reference §4.3, its last row: what becomes of a job that reaches READY is the request's to say, and without that nothing. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class WhenReadyTest {
    enum Kind {
        COMMIT,
        COPY;

        BlockJobRequest request(TestVm vm, WhenReady then) {
            return this == COMMIT
                    ? CommitRequest.of("disk0").withWhenReady(then)
                    : CopyRequest.of("disk0", vm.path("copy.qcow2").toString(), "qcow2")
                            .withWhenReady(then);
        }

        String target() {
            return this == COMMIT ? "base.qcow2" : "copy.qcow2";
        }
    }

    @ParameterizedTest
    @EnumSource
    void pivotsByItself(Kind kind) {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(kind.request(vm, WhenReady.PIVOT));

            assertThat(outcome.pivoted()).as("%s", outcome).isTrue();
            assertThat(vm.liveChain()).containsExactly(kind.target());
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path(kind.target()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void finishesByItselfAndLeavesTheGuestWhereItIs(Kind kind) {
        try (TestVm vm = TestVm.start()) {
            JobOutcome outcome = vm.run(kind.request(vm, WhenReady.FINISH));

            assertThat(outcome.completed()).as("%s", outcome).isTrue();
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
            assertThat(vm.liveChain()).hasSize(4).startsWith("active.qcow2");
            vm.assertNoJobsLeft();
            vm.assertUnchanged(vm.path(kind.target()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsAtReadyUnlessToldOtherwise(Kind kind) {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(kind.request(vm, WhenReady.HOLD));
            TestVm.get(job.ready());

            await().during(300, TimeUnit.MILLISECONDS)
                    .untilAsserted(() ->
                            assertThat(vm.onlyJob().path("status").asText()).isEqualTo("ready"));
            assertThat(vm.liveChain()).startsWith("active.qcow2");
            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
        }
    }

    /** A verb that somebody calls before READY is what counts. */
    @Test
    void doesWhatIsAskedOfTheHandleInstead() {
        try (TestVm vm = TestVm.start()) {
            BlockJob job = vm.start(CommitRequest.of("disk0")
                    .withWhenReady(WhenReady.PIVOT)
                    .withSettings(JobSettings.defaults().withSpeed(1)));
            JobOutcome outcome = TestVm.get(job.cancel());
            assertThat(outcome.end()).isInstanceOf(End.Cancelled.class);
            assertThat(outcome.head()).isEqualTo(Head.SOURCE);
        }
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(COMMIT.withWhenReady(WhenReady.PIVOT));
            var finish = job.finishWithoutPivot();
            vm.job("commit", "ready");
            vm.tell("created", "running", "ready");
            vm.qemu.awaitReceived("block-job-cancel", 1, java.time.Duration.ofMinutes(2));
            vm.job("commit", "concluded");
            vm.tell("concluded");
            assertThat(TestVm.get(finish).completed()).isTrue();
            assertThat(vm.count("job-complete")).isZero();
        }
    }

    /** An empty layer is in step before QEMU has replied to the command. */
    @Test
    void pivotsAJobThatWasReadyBeforeTheReply() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-commit", got -> {
                vm.job("commit", "ready");
                return List.of(
                        ScriptedVm.status("created"),
                        ScriptedVm.status("running"),
                        ScriptedVm.status("ready"),
                        Outgoing.reply());
            });
            vm.on("job-complete", got -> {
                vm.job("commit", "concluded");
                vm.chain("base");
                return List.of(Outgoing.reply(), ScriptedVm.completed(), ScriptedVm.status("concluded"));
            });
            assertThat(TestVm.get(vm.start(COMMIT.withWhenReady(WhenReady.PIVOT))
                                    .outcome())
                            .pivoted())
                    .isTrue();
        }
    }

    @Test
    void staysReadyAndTellsWhyWhereQemuRefusesForGood() {
        BlockJobOptions few = BlockJobOptions.defaults().withPivotRetries(1);
        try (ScriptedVm vm = ScriptedVm.start(io.github.qmp4j.QmpOptions.defaults(), few)) {
            vm.on("job-complete", ScriptedVm.refusal("Could not open backing file"));
            BlockJob job = vm.start(COMMIT.withWhenReady(WhenReady.PIVOT));
            vm.job("commit", "ready");
            vm.tell("created", "running", "ready");

            await().untilAsserted(() -> assertThat(job.info().error()).hasValueSatisfying(why -> assertThat(why)
                    .contains("PIVOT at READY was refused", "Could not open backing file")));
            assertThat(job.info().status()).isEqualTo(JobStatus.READY);
            assertThat(job.outcome()).isNotDone();
        }
    }
}
