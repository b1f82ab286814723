package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.COMMIT;
import static io.github.qmp4j.blockjobs.ScriptedVm.PULL;
import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static io.github.qmp4j.blockjobs.ScriptedVm.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order in which an end is read, and the disorder in which QEMU may tell of it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class OrderTest {
    private static final Duration SOON = Duration.ofMinutes(3);

    /** Until the job is dismissed it holds its nodes, and listing them can kill QEMU. */
    @Test
    void readsTheResultThenDismissesThenReadsTheGraphAndOnlyThenTells() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("job-dismiss");
            vm.on("job-finalize", got -> {
                vm.job("stream", "concluded");
                vm.chain("active");
                return List.of(completed(), ScriptedVm.status("concluded"), Outgoing.reply());
            });
            BlockJob job = vm.start(PULL);
            vm.job("stream", "pending");
            vm.tell("created", "running", "waiting", "pending");
            ReceivedCommand dismiss = vm.qemu.awaitReceived("job-dismiss", 1, SOON);

            assertThat(TestVm.get(vm.client.execute(io.github.qmp4j.QmpCommand.of("query-status"))))
                    .isEmpty();
            assertThat(job.outcome()).isNotDone();
            // The turn of the header ends meanwhile.
            assertThat(vm.sentSince("job-finalize"))
                    .filteredOn(command -> !command.equals("object-del"))
                    .containsExactly("job-finalize", "query-jobs", "job-dismiss", "query-status");
            vm.noJob();
            vm.qemu.answer(dismiss, Outgoing.reply());
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            assertThat(vm.sentSince("job-dismiss")).contains("query-block", "query-blockstats");
        }
    }

    @Test
    void isReadyByTheStatusAlone() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = vm.start(COMMIT);
            vm.tell("created", "running", "ready");
            assertThat(TestVm.get(job.ready())).isSameAs(job);
        }
    }

    @Test
    void isReadyThoughQemuTellsItBeforeItAnswersTheStart() {
        // case 78
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-commit", got -> {
                vm.job("commit", "ready");
                return List.of(
                        ScriptedVm.status("created"),
                        ScriptedVm.status("running"),
                        ScriptedVm.status("ready"),
                        ScriptedVm.told("BLOCK_JOB_READY", ""),
                        Outgoing.reply());
            });
            BlockJob job = vm.start(COMMIT);
            assertThat(TestVm.get(job.ready())).isSameAs(job);
        }
    }

    @Test
    void asksAgainForAPivotThatQemuRefusesForAMoment() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            AtomicInteger asked = new AtomicInteger();
            vm.on("job-complete", got -> {
                if (asked.incrementAndGet() < 3) {
                    return List.of(refusal("Job 'j' in state 'standby' cannot accept command verb 'complete'"));
                }
                vm.job("commit", "concluded");
                vm.chain("base");
                return List.of(Outgoing.reply(), completed(), ScriptedVm.status("concluded"));
            });
            BlockJob job = vm.start(COMMIT);
            vm.job("commit", "ready");
            vm.tell("created", "running", "ready");

            assertThat(TestVm.get(job.pivot()).pivoted()).isTrue();
            assertThat(asked).hasValue(3);
        }
    }

    @Test
    void failsAPivotThatQemuRefusesForGoodAndLeavesTheJobAsItIs() {
        BlockJobOptions few = BlockJobOptions.defaults().withPivotRetries(2);
        try (ScriptedVm vm = ScriptedVm.start(QmpOptions.defaults(), few)) {
            vm.on("job-complete", refusal("Could not open backing file"));
            BlockJob job = vm.start(COMMIT);
            vm.job("commit", "ready");
            vm.tell("created", "running", "ready");

            assertThat(ScriptedVm.failure(job.pivot())).isInstanceOf(QmpCommandException.class);
            assertThat(vm.count("job-complete")).isEqualTo(3);
            assertThat(job.outcome()).isNotDone();
        }
    }
}
