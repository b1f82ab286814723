package io.github.qmp4j.blockjobs;

import static io.github.qmp4j.blockjobs.ScriptedVm.COMMIT;
import static io.github.qmp4j.blockjobs.ScriptedVm.PULL;
import static io.github.qmp4j.blockjobs.ScriptedVm.completed;
import static io.github.qmp4j.blockjobs.ScriptedVm.failure;
import static io.github.qmp4j.blockjobs.ScriptedVm.refusal;
import static io.github.qmp4j.blockjobs.ScriptedVm.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.testkit.Outgoing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes of a start, in whatever order QEMU answers. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StartTest {
    private static final QmpOptions IMPATIENT = QmpOptions.defaults().withBlockCommandTimeout(Duration.ofMillis(400));

    @Test
    void hearsAWholeLifeThatPrecedesTheReply() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-stream", got -> {
                vm.job("stream", "concluded");
                vm.chain("active");
                return List.of(
                        status("created"), status("running"), completed(), status("concluded"), Outgoing.reply());
            });

            assertThat(TestVm.get(vm.start(PULL).outcome()).completed()).isTrue();
            assertThat(vm.count("job-dismiss")).isOne();
        }
    }

    @Test
    void givesAHandleWhenTheReplyIsLateAndTheJobExists() {
        // case 39
        try (ScriptedVm vm = ScriptedVm.start(IMPATIENT)) {
            vm.on("block-stream", got -> {
                vm.job("stream", "running");
                return List.of(status("created"), status("running"));
            });
            BlockJob job = vm.start(PULL);
            assertThat(job.outcome()).isNotDone();
            vm.job("stream", "concluded", "Input/output error");
            vm.tell("aborting", "concluded");

            assertThat(TestVm.get(job.outcome()).end()).isEqualTo(new End.Failed("Input/output error"));
            assertThat(vm.count("job-dismiss")).isOne();
        }
    }

    @Test
    void neverReportsSuccessOfAJobThatWasNotStarted() {
        try (ScriptedVm vm = ScriptedVm.start(IMPATIENT)) {
            vm.on("block-stream");

            assertThat(TestVm.get(vm.start(PULL).outcome()).end())
                    .isInstanceOfSatisfying(
                            End.Failed.class, end -> assertThat(end.error()).contains("did not start"));
            assertThat(vm.count("job-dismiss")).isZero();
        }
    }

    @Test
    void endsAsUnknownWhenTheMonitorIsLostRightAfterTheStartWasWritten() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-stream");
            CompletableFuture<BlockJob> start = vm.jobs.start(PULL);
            vm.qemu.awaitReceived("block-stream", 1, Duration.ofMinutes(2));
            vm.qemu.disconnect();

            BlockJob job = TestVm.get(start);
            assertThat(job.outcome())
                    .succeedsWithin(Duration.ofMinutes(2))
                    .satisfies(outcome -> assertThat(outcome.end()).isInstanceOf(End.Unknown.class));
        }
    }

    @Test
    void failsOnARefusalAndLeavesTheDiskFree() {
        // case 37
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-stream", status("created"), status("null"), refusal("Node is busy"));

            assertThat(failure(vm.jobs.start(PULL)))
                    .isInstanceOf(QmpCommandException.class)
                    .hasMessageContaining("Node is busy");
            assertThat(TestVm.get(vm.jobs.attach(new JobId("j")))).isEmpty();
            vm.on("block-stream", Outgoing.reply());
            assertThat(vm.start(PULL).outcome()).isNotDone();
        }
    }

    @Test
    void isInDoubtWhenQemuTalksNonsenseAfterTheStartWasWritten() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-stream", Outgoing.raw("[1,2]\n"));

            assertThat(TestVm.get(vm.start(PULL).outcome()).end()).isInstanceOf(End.Unknown.class);
        }
    }

    /** Somebody else's job of the same id lived and ended before ours was created. */
    @Test
    void takesNoResultFromAnEarlierJobOfTheSameId() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-commit", got -> {
                vm.job("commit", "running");
                return List.of(
                        status("created"),
                        completed(),
                        status("concluded"),
                        status("null"),
                        status("created"),
                        status("running"),
                        Outgoing.reply());
            });
            BlockJob job = vm.start(COMMIT);
            // Reply and events come in any order: it goes on, or nothing is claimed of it.
            vm.job("commit", "concluded", "Input/output error");
            vm.tell("aborting", "concluded");
            assertThat(TestVm.get(job.outcome()).completed()).isFalse();
        }
    }

    @Test
    void endsAsUnknownWhenTheWatchingEndsWhileTheJobStarts() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("block-commit");
            CompletableFuture<BlockJob> start = vm.jobs.start(COMMIT);
            var command = vm.qemu.awaitReceived("block-commit", 1, Duration.ofMinutes(2));
            vm.jobs.close();
            vm.qemu.answer(command, Outgoing.reply());

            assertThat(TestVm.get(TestVm.get(start).outcome()).end()).isInstanceOf(End.Unknown.class);
        }
    }

    @Test
    void startsNothingMoreAfterItWasClosed() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.on("query-block-exports");
            CompletableFuture<BlockJob> start = vm.jobs.start(COMMIT);
            var query = vm.qemu.awaitReceived("query-block-exports", 1, Duration.ofMinutes(2));
            vm.jobs.close();
            vm.on("query-block-exports", Outgoing.reply("[]"));
            vm.qemu.answer(query, Outgoing.reply("[]"));

            assertThat(failure(start))
                    .isInstanceOf(BlockJobException.class)
                    .hasMessageContaining("this side has stopped watching");
            assertThat(vm.count("block-commit")).isZero();
        }
    }
}
