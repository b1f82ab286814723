package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.PULL;
import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static io.github.qmp4j.blockjobs.ScriptedVm.failed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What QEMU says of an end is weighed against the graph. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EndTest {
    @Test
    void doesNotBelieveASuccessThatLeftAnotherChain() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "concluded");
            vm.chain("active", "base");
            vm.tell("created", "running", "waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            JobOutcome outcome = TestVm.get(job.outcome());
            assertThat(outcome.end()).isInstanceOf(End.Unknown.class);
            assertThat(outcome.released()).isEmpty();
        }
    }

    @Test
    void believesTheErrorOfTheEventWhereTheListOfJobsHasNone() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "concluded");
            vm.chain("active");
            vm.tell("created", "running", "aborting");
            vm.qemu.send(failed("Input/output error"));
            vm.tell("concluded");

            assertThat(TestVm.get(job.outcome()).end()).isEqualTo(new End.Failed("Input/output error"));
        }
    }

    @Test
    void keepsTheErrorOfAJobThatDismissesItself() {
        // case 80: the event is all that is left of it
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.job("stream", "running");
            BlockJob job = TestVm.get(vm.jobs.attach(new JobId("j"))).orElseThrow();
            // All that is asked when a job is met is answered by then, so that nobody is told too early that it is
            // gone.
            TestVm.get(vm.jobs.list());
            vm.noJob();
            vm.tell("aborting");
            vm.qemu.send(failed("Input/output error"));
            vm.tell("concluded", "null");

            assertThat(TestVm.get(job.outcome()).end()).isEqualTo(new End.Failed("Input/output error"));
        }
    }

    @Test
    void believesTheErrorOfTheListOfJobsWhereTheEventHasNone() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "concluded", "Invalid argument");
            vm.chain("active");
            vm.tell("created", "running", "waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            assertThat(TestVm.get(job.outcome()).end()).isEqualTo(new End.Failed("Invalid argument"));
        }
    }

    @Test
    void believesWhatItHeardWhenSomebodyElseHasDismissedTheJob() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.chain("active");
            vm.tell("created", "running", "waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded", "null");

            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertThat(vm.count("job-dismiss")).isZero();
        }
    }

    @Test
    void doesNotKnowTheEndOfAJobThatWasDismissedBeforeAnythingWasHeard() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.chain("active");
            vm.tell("created", "running", "concluded", "null");

            assertThat(TestVm.get(job.outcome()).end())
                    .isInstanceOfSatisfying(End.Unknown.class, end -> assertThat(end.evidence())
                            .contains("another client dismissed the job"));
        }
    }

    @Test
    void doesNotBelieveASuccessOnADiskThatHasGone() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "concluded");
            vm.on("query-block", io.github.qmp4j.testkit.Outgoing.reply("[]"));
            vm.on(
                    "query-blockstats",
                    command -> command.arguments().has("query-nodes")
                            ? vm.usualAnswer(command)
                            : List.of(io.github.qmp4j.testkit.Outgoing.reply("[]")));
            vm.tell("created", "running", "waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");

            assertThat(TestVm.get(job.outcome()).end())
                    .isEqualTo(new End.Unknown("QEMU reports success, but disk disk0 has gone"));
        }
    }

    /** The id may be another job's by the time that the result is read. */
    @Test
    void takesNoResultFromAJobThatHasNotEnded() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.job("stream", "running");
            vm.chain("active");
            vm.tell("created", "running", "concluded", "null", "created", "running");

            assertThat(TestVm.get(job.outcome()).end()).isInstanceOf(End.Unknown.class);
            assertThat(vm.count("job-dismiss")).isZero();
        }
    }

    /** QEMU 5.2 tells COMPLETED of a READY copy when it quits. */
    @Test
    void doesNotBelieveASuccessWhenTheMonitorIsLostBeforeTheGraphIsRead() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(PULL);
            vm.on("query-jobs");
            vm.tell("created", "running", "waiting", "pending");
            vm.qemu.send(completed());
            vm.tell("concluded");
            vm.qemu.disconnect();

            assertThat(TestVm.get(job.outcome()).end()).isInstanceOf(End.Unknown.class);
        }
    }
}
