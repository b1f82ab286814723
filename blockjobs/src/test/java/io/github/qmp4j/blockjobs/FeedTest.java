package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever wants to hear of every job hears of others' too. */
@QemuVersions
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FeedTest {
    private static final Duration SOON = Duration.ofMinutes(3);

    private final List<JobInfo> heard = new CopyOnWriteArrayList<>();

    /** That it is created may be over before it is known what it is. */
    private static boolean isAfterCreated(JobStatus status) {
        return status != JobStatus.CREATED;
    }

    private List<JobStatus> statuses(String id) {
        return heard.stream()
                .filter(info -> info.id().value().equals(id))
                .map(JobInfo::status)
                .toList();
    }

    private JobInfo last(String id) {
        return heard.stream()
                .filter(info -> info.id().value().equals(id))
                .reduce((before, after) -> after)
                .orElseThrow();
    }

    private void awaitLast(String id, JobStatus status) {
        await().untilAsserted(() -> assertThat(statuses(id)).endsWith(status));
    }

    @Test
    void tellsOfSomebodyElsesJobToItsEnd() {
        try (TestVm vm = TestVm.start()) {
            vm.jobs.onJob(heard::add);
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"active\",\"speed\":1}");
            awaitLast("theirs", JobStatus.RUNNING);
            assertThat(last("theirs").type()).isEqualTo(JobType.PULL);
            vm.ask("job-cancel", "{\"id\":\"theirs\"}");
            awaitLast("theirs", JobStatus.CONCLUDED);
            assertThat(last("theirs").error()).contains("cancelled");
            assertThat(last("theirs").progress().len()).isPositive();
        }
    }

    @Test
    void tellsThatSomebodyElsesJobIsPaused() {
        try (TestVm vm = TestVm.start()) {
            vm.jobs.onJob(heard::add);
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"active\",\"speed\":1048576}");
            awaitLast("theirs", JobStatus.RUNNING);
            vm.ask("job-pause", "{\"id\":\"theirs\"}");
            awaitLast("theirs", JobStatus.PAUSED);
            vm.ask("job-resume", "{\"id\":\"theirs\"}");
            awaitLast("theirs", JobStatus.RUNNING);
            vm.ask("job-cancel", "{\"id\":\"theirs\"}");
            awaitLast("theirs", JobStatus.CONCLUDED);
        }
    }

    /** It is over before anything could be asked about it. */
    @Test
    void tellsOfAJobThatIsGoneAtOnce() {
        try (TestVm vm = TestVm.start()) {
            vm.jobs.onJob(heard::add);
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"base\"}");
            awaitLast("theirs", JobStatus.CONCLUDED);
            assertThat(heard).allMatch(info -> info.type() == JobType.PULL);
            assertThat(last("theirs").error()).isEmpty();
        }
    }

    @Test
    void tellsAtFirstOfTheJobsThatThereAre() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.plainChain();
            nodes.andAnotherDisk();
        })) {
            vm.ask("block-commit", "{\"job-id\":\"theirs\",\"device\":\"active\",\"auto-dismiss\":false}");
            await().until(() -> vm.onlyJob().path("ready").asBoolean());
            BlockJob ours = vm.start(CommitRequest.of("disk1"));
            TestVm.get(ours.ready());
            vm.jobs.onJob(heard::add);
            awaitLast("theirs", JobStatus.READY);
            awaitLast(ours.id().value(), JobStatus.READY);
            assertThat(heard)
                    .allMatch(info -> info.type() == JobType.COMMIT && info.status() == JobStatus.READY)
                    .extracting(JobInfo::id)
                    .containsOnly(new JobId("theirs"), ours.id());

            TestVm.get(ours.pivot());
            vm.ask("job-complete", "{\"id\":\"theirs\"}");
            awaitLast("theirs", JobStatus.CONCLUDED);
            awaitLast(ours.id().value(), JobStatus.CONCLUDED);
        }
    }

    @Test
    void tellsOfOurJobsWhatTheirHandlesTell() {
        try (TestVm vm = TestVm.start()) {
            vm.jobs.onJob(heard::add);
            BlockJob job = vm.start(CommitRequest.of("disk0"));
            TestVm.get(job.ready());
            TestVm.get(job.pause());
            awaitLast(job.id().value(), JobStatus.STANDBY);
            TestVm.get(job.resume());
            awaitLast(job.id().value(), JobStatus.READY);
            TestVm.get(job.pivot());
            awaitLast(job.id().value(), JobStatus.CONCLUDED);
        }
    }

    /** Of somebody else's job. */
    @Test
    void tellsThatAnErrorHasStoppedSomebodyElsesJob() {
        try (TestVm vm = TestVm.start(nodes -> {
            nodes.failing("base", null, "read_aio", 5, true);
            nodes.qcow2("snap1", "base");
            nodes.qcow2("snap2", "snap1");
            nodes.qcow2("active", "snap2");
        })) {
            vm.jobs.onJob(heard::add);
            vm.ask("block-stream", "{\"job-id\":\"theirs\",\"device\":\"active\",\"on-error\":\"stop\"}");
            awaitLast("theirs", JobStatus.PAUSED_ON_ERROR);
            assertThat(last("theirs").error()).contains("I/O error (failed) on a read");
            vm.ask("job-resume", "{\"id\":\"theirs\"}");
            awaitLast("theirs", JobStatus.CONCLUDED);
            assertThat(last("theirs").error()).isEmpty();
        }
    }

    @Test
    void asksNothingAboutProgressAndEndsWhenItIsClosed() {
        BlockJobOptions often = BlockJobOptions.defaults().withProgressInterval(Duration.ofMillis(20));
        try (ScriptedVm vm = ScriptedVm.start(io.github.qmp4j.QmpOptions.defaults(), often)) {
            EventSubscription subscription = vm.jobs.onJob(heard::add);
            vm.qemu.awaitReceived("query-jobs", 1, Duration.ofMinutes(2));
            vm.job("stream", "running");
            vm.tell("created", "running");
            awaitLast("j", JobStatus.RUNNING);
            // QEMU's own short pauses say nothing here either.
            vm.tell("paused", "running", "paused", "running");
            vm.tell("waiting");
            awaitLast("j", JobStatus.WAITING);
            assertThat(statuses("j"))
                    .filteredOn(FeedTest::isAfterCreated)
                    .containsExactly(JobStatus.RUNNING, JobStatus.WAITING);
            assertThat(vm.count("query-block-jobs")).isZero();
            subscription.close();
            vm.tell("pending", "concluded", "null");
            assertThat(subscription.ended()).succeedsWithin(Duration.ofMinutes(2));
            TestVm.get(vm.jobs.list());
            assertThat(statuses("j"))
                    .filteredOn(FeedTest::isAfterCreated)
                    .containsExactly(JobStatus.RUNNING, JobStatus.WAITING);
        }
    }

    /** The answer about what it is was given before it was paused, and comes after that. */
    @Test
    void doesNotTakeAnOldAnswerForNewerThanAnEvent() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            vm.jobs.onJob(heard::add);
            vm.qemu.awaitReceived("query-jobs", 1, SOON);
            // By then the question of the listener has been answered.
            TestVm.get(vm.jobs.list());
            vm.job("stream", "running");
            vm.ioStatus("failed");
            vm.on(
                    "query-jobs",
                    got -> List.of(
                            ScriptedVm.status("paused"),
                            Outgoing.reply("[{\"id\":\"j\",\"type\":\"stream\",\"status\":\"running\","
                                    + "\"current-progress\":1,\"total-progress\":8}]")));
            vm.qemu.send(ScriptedVm.told("BLOCK_JOB_ERROR", ",\"operation\":\"read\",\"action\":\"stop\""));
            awaitLast("j", JobStatus.PAUSED_ON_ERROR);
            assertThat(last("j").error()).contains("I/O error (failed) on a read");
        }
    }

    private static Outgoing list(String... ids) {
        return Outgoing.reply(Stream.of(ids)
                .map(id ->
                        "{\"id\":\"%s\",\"type\":\"commit\",\"status\":\"ready\",\"current-progress\":8,\"total-progress\":8}"
                                .formatted(id))
                .collect(Collectors.joining(",", "[", "]")));
    }

    /** Listens from now on; what QEMU is asked for that, the jobs there are, is left to the test to answer. */
    private ReceivedCommand listenUnanswered(ScriptedVm vm) {
        AtomicBoolean withheld = new AtomicBoolean();
        vm.on("query-jobs", got -> withheld.getAndSet(true) ? vm.usualAnswer(got) : List.of());
        int before = (int) vm.count("query-jobs");
        vm.jobs.onJob(heard::add);
        return vm.qemu.awaitReceived("query-jobs", before + 1, SOON);
    }

    private static BlockJob running(ScriptedVm vm, BlockJobRequest request) {
        BlockJob job = vm.start(request);
        vm.tell("created", "running");
        await().untilAsserted(() -> assertThat(job.info().status()).isEqualTo(JobStatus.RUNNING));
        return job;
    }

    /** QEMU made the answer before the job ended, and it comes after that was told. */
    @Test
    void doesNotShowAJobAgainWhoseEndItHasHeard() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            ReceivedCommand question = listenUnanswered(vm);
            vm.qemu.send(ScriptedVm.completed());
            vm.tell("concluded", "null");
            awaitLast("j", JobStatus.CONCLUDED);
            vm.qemu.answer(question, list("j", "other"));
            awaitLast("other", JobStatus.READY);
            assertThat(statuses("j")).endsWith(JobStatus.CONCLUDED);
        }
    }

    /** The same of a job that has a handle. */
    @Test
    void doesNotShowAJobOfOursAgainThatHasEnded() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            BlockJob job = running(vm, ScriptedVm.PULL);
            ReceivedCommand question = listenUnanswered(vm);
            vm.chain("active");
            vm.job("stream", "concluded");
            vm.tell("waiting", "pending", "concluded");
            assertThat(TestVm.get(job.outcome()).completed()).isTrue();
            awaitLast("j", JobStatus.CONCLUDED);
            vm.qemu.answer(question, list("j", "other"));
            awaitLast("other", JobStatus.READY);
            assertThat(statuses("j")).endsWith(JobStatus.CONCLUDED);
        }
    }

    /** What a handle tells while QEMU is asked for its jobs is not told once more with the answer. */
    @Test
    void tellsOnceOfAJobOfOursAtFirst() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            running(vm, ScriptedVm.COMMIT);
            ReceivedCommand question = listenUnanswered(vm);
            vm.tell("ready");
            awaitLast("j", JobStatus.READY);
            vm.qemu.answer(question, list("j", "other"));
            awaitLast("other", JobStatus.READY);
            assertThat(statuses("j")).containsExactly(JobStatus.READY);
        }
    }

    @Test
    void endsWithTheConnection() {
        try (ScriptedVm vm = ScriptedVm.start()) {
            EventSubscription subscription = vm.jobs.onJob(heard::add);
            vm.qemu.close();
            assertThat(subscription.ended()).succeedsWithin(Duration.ofMinutes(2));
        }
    }
}
