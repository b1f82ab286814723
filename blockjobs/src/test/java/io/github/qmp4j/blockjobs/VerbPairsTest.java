package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.QemuPlace;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.QmpErrorException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Each verb after each other one, the second by the same handle, by another handle of the same session or of a second one, or by
 * a foreign client: the outcome is what QEMU did, by the events and the chain that a second monitor sees, and the images are
 * compared. A sample in ordinary runs, with its seed; all of it with {@code -Dqmp4j.full=true}.
 */
@QemuVersions
@Timeout(7200)
class VerbPairsTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());
    private static final int SAMPLE = Integer.getInteger("qmp4j.pairs", 24);
    private static final int ROUNDS_OF_A_QEMU = 40;
    private static final long SLOW = 1;

    /** Where the job stands when the first verb comes. */
    private enum Stage {
        COPY_READY("ready"),
        ACTIVE_COMMIT_READY("ready"),
        PULL_RUNNING("running"),
        PULL_PENDING("pending"),
        COMMIT_RUNNING("running"),
        COMMIT_PENDING("pending");

        final String status;

        Stage(String status) {
            this.status = status;
        }

        BlockJobRequest request(VerbVm.Round round) {
            JobSettings settings = JobSettings.defaults().withSpeed(status.equals("running") ? SLOW : 0);
            JobSettings held = status.equals("pending") ? settings.withManualFinalize(true) : settings;
            return switch (this) {
                case COPY_READY ->
                    CopyRequest.of(round.disk, round.image("copy").toString(), "qcow2")
                            .withSettings(held);
                case ACTIVE_COMMIT_READY -> CommitRequest.of(round.disk).withSettings(held);
                case PULL_RUNNING, PULL_PENDING -> PullRequest.of(round.disk).withSettings(held);
                case COMMIT_RUNNING, COMMIT_PENDING ->
                    CommitRequest.of(round.disk)
                            .withTop("snap" + round.number)
                            .withBase("base" + round.number)
                            .withSettings(held);
            };
        }

        boolean becomesReady() {
            return this == COPY_READY || this == ACTIVE_COMMIT_READY;
        }

        /** The chain after a success, with the pivot where there can be one. */
        List<String> chain() {
            return switch (this) {
                case COPY_READY -> List.of("copy");
                case ACTIVE_COMMIT_READY -> List.of("base");
                case PULL_RUNNING, PULL_PENDING -> List.of("active");
                case COMMIT_RUNNING, COMMIT_PENDING -> List.of("active", "base");
            };
        }

        List<String> released() {
            return switch (this) {
                case COPY_READY -> List.of("active", "snap", "base");
                case ACTIVE_COMMIT_READY -> List.of("active", "snap");
                case PULL_RUNNING, PULL_PENDING -> List.of("snap", "base");
                case COMMIT_RUNNING, COMMIT_PENDING -> List.of("snap");
            };
        }
    }

    private enum Verb {
        PAUSE("job-pause", "id"),
        RESUME("job-resume", "id"),
        SPEED("block-job-set-speed", "device"),
        PIVOT("job-complete", "id"),
        FINISH("block-job-cancel", "device"),
        CANCEL("job-cancel", "id"),
        FINALIZE("job-finalize", "id"),
        DISMISS("job-dismiss", "id");

        final String command;
        private final String argument;

        Verb(String command, String argument) {
            this.command = command;
            this.argument = argument;
        }

        CompletableFuture<?> by(BlockJob job, QmpClient client) {
            return switch (this) {
                case PAUSE -> job.pause();
                case RESUME -> job.resume();
                case SPEED -> job.setSpeed(0);
                case PIVOT -> job.pivot();
                case FINISH -> job.finishWithoutPivot();
                case CANCEL -> job.cancel();
                case FINALIZE -> job.finalizeJob();
                case DISMISS ->
                    client.execute(
                            QmpCommand.of("job-dismiss").with("id", job.id().value()));
            };
        }

        void raw(VerbVm vm, VerbVm.Round round) {
            String speed = this == SPEED ? ",\"speed\":0" : "";
            tried(() -> vm.ask(command, "{\"%s\":\"%s\"%s}".formatted(argument, round.job(), speed)));
        }
    }

    private enum Second {
        SAME_HANDLE,
        OTHER_HANDLE,
        OTHER_SESSION,
        FOREIGN
    }

    private static final Set<Verb> WAYS = EnumSet.of(Verb.PIVOT, Verb.FINISH, Verb.CANCEL, Verb.FINALIZE);

    private record Pair(Stage stage, Verb first, Second by, Verb second, boolean atOnce) {
        /** A handle that only met a commit waits for it to be READY, as one of the active layer would be. */
        boolean waitsForever() {
            return (stage == Stage.COMMIT_RUNNING || stage == Stage.COMMIT_PENDING)
                    && (by == Second.OTHER_HANDLE || by == Second.OTHER_SESSION)
                    && (second == Verb.PIVOT || second == Verb.FINISH);
        }

        @Override
        public String toString() {
            return "%s, %s, then %s%s by %s".formatted(stage, first, atOnce ? "at once " : "", second, by);
        }
    }

    /** QEMU may refuse it. */
    private static void tried(Runnable command) {
        try {
            command.run();
        } catch (QmpErrorException refused) {
            // That is QEMU's answer, too.
        }
    }

    private static List<Pair> all(Random random) {
        List<Pair> all = new ArrayList<>();
        for (Stage stage : Stage.values()) {
            for (Verb first : Verb.values()) {
                for (Verb second : Verb.values()) {
                    for (Second by : Second.values()) {
                        all.add(new Pair(stage, first, by, second, random.nextBoolean()));
                    }
                }
            }
        }
        Collections.shuffle(all, random);
        return all;
    }

    @Test
    void theOutcomeIsWhatQemuDidAfterEachPairOfVerbs() {
        List<Pair> all = all(new Random(SEED));
        List<Pair> pairs = FULL ? all : all.subList(0, SAMPLE);
        List<String> wrong = new ArrayList<>();
        for (int from = 0; from < pairs.size(); from += ROUNDS_OF_A_QEMU) {
            List<Pair> some = pairs.subList(from, Math.min(pairs.size(), from + ROUNDS_OF_A_QEMU));
            try (VerbVm vm = new VerbVm()) {
                for (Pair pair : some) {
                    try {
                        play(vm, pair);
                    } catch (AssertionError | RuntimeException e) {
                        wrong.add("%s: %s, jobs %s".formatted(pair, e.getMessage(), vm.ask("query-jobs")));
                    }
                }
                vm.assertWhole();
            }
        }
        System.out.printf(
                "verb pairs on %s: %d of %d, %d wrong; seed %d%n",
                QemuPlace.current(), pairs.size(), all.size(), wrong.size(), SEED);
        assertThat(wrong).as("seed %d", SEED).isEmpty();
    }

    private static void play(VerbVm vm, Pair pair) {
        VerbVm.Round round = vm.new Round();
        BlockJob job = TestVm.get(vm.jobs.adoptOrStart(round.key, pair.stage().request(round)));
        await().until(() -> round.status().equals(pair.stage().status));
        if (pair.stage().becomesReady()) {
            TestVm.get(job.ready());
        }
        Optional<BlockJob> other =
                switch (pair.by()) {
                    case SAME_HANDLE, FOREIGN -> Optional.empty();
                    case OTHER_HANDLE -> TestVm.get(vm.sameSession.attach(job.id()));
                    case OTHER_SESSION -> TestVm.get(vm.otherSession.attach(job.id()));
                };
        List<CompletableFuture<?>> verbs = new ArrayList<>();
        verbs.add(pair.first().by(job, vm.client));
        if (!pair.atOnce()) {
            await().until(() -> verbs.get(0).isDone() || vm.accepted.contains(pair.first().command));
        }
        if (pair.by() == Second.FOREIGN) {
            pair.second().raw(vm, round);
        } else {
            verbs.add(pair.second().by(other.orElse(job), vm.client));
        }
        settle(vm, round, job, verbs, pair.waitsForever() ? verbs.subList(1, 2) : List.of());
        JobOutcome outcome = TestVm.get(job.outcome());
        verbs.forEach(VerbPairsTest::assertAnswered);
        check(vm, pair, round, outcome);
        other.ifPresent(handle -> checkOther(round, TestVm.get(handle.outcome())));
    }

    /** Brings to its end what the two verbs have left: a foreign client resumes it, and cancels what waits for a verb. */
    @SuppressWarnings("ReferenceEquality") // a future equals only itself
    private static void settle(
            VerbVm vm,
            VerbVm.Round round,
            BlockJob job,
            List<CompletableFuture<?>> verbs,
            List<CompletableFuture<?>> waitsForever) {
        await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofMinutes(3))
                .until(() -> {
                    String status = round.status();
                    if (job.outcome().isDone() || status.equals("gone") || status.equals("concluded")) {
                        return job.outcome().isDone();
                    }
                    Verb.RESUME.raw(vm, round);
                    Verb.SPEED.raw(vm, round);
                    boolean isWaiting = status.equals("ready") || status.equals("pending");
                    if (isWaiting
                            && verbs.stream()
                                    .allMatch(verb -> verb.isDone()
                                            || waitsForever.stream().anyMatch(one -> one == verb))) {
                        Verb.CANCEL.raw(vm, round);
                    }
                    return false;
                });
    }

    /** With a value, or QEMU's refusal, or the library's. */
    private static void assertAnswered(CompletableFuture<?> verb) {
        try {
            verb.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            assertThat(refused.getCause())
                    .isInstanceOfAny(
                            io.github.qmp4j.QmpCommandException.class,
                            BlockJobException.class,
                            JobEndedException.class);
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("the verb has no end", e);
        }
    }

    private static void check(VerbVm vm, Pair pair, VerbVm.Round round, JobOutcome outcome) {
        JsonNode end = round.end();
        Stage stage = pair.stage();
        List<String> chain = round.liveChain();
        Optional<Verb> lastWay = lastWay(vm, pair);
        String said =
                "%s, accepted %s: %s, chain %s".formatted(end.path("event").asText(), vm.accepted, outcome, chain);
        List<String> released =
                outcome.released().stream().map(node -> name(round, node)).toList();
        if (end.path("event").asText().equals("BLOCK_JOB_CANCELLED")) {
            assertThat(outcome.end()).as(said).isEqualTo(new End.Cancelled());
            assertThat(chain).as(said).containsExactly("active", "snap", "base");
            assertThat(outcome.head()).as(said).isEqualTo(Head.SOURCE);
            assertThat(released).as(said).isEmpty();
        } else {
            assertThat(end.at("/data/error").isMissingNode()).as(said).isTrue();
            boolean isSwitched = chain.equals(stage.chain());
            if (isSwitched) {
                assertThat(outcome.end()).as(said).isEqualTo(new End.Completed());
                assertThat(released).as(said).containsExactlyInAnyOrderElementsOf(stage.released());
            } else {
                assertThat(stage.becomesReady()).as(said).isTrue();
                assertThat(chain).as(said).containsExactly("active", "snap", "base");
                assertThat(outcome.end())
                        .as(said)
                        .isInstanceOf(lastWay.equals(Optional.of(Verb.PIVOT)) ? End.Failed.class : End.Completed.class);
                assertThat(released).as(said).isEmpty();
            }
            assertThat(outcome.head())
                    .as(said)
                    .isEqualTo(isSwitched && stage.becomesReady() ? Head.TARGET : Head.SOURCE);
        }
        checkFile(pair, round, outcome, said);
        assertThat(round.status()).as(said).isEqualTo("gone");
        round.holdsAll(chain.get(0));
        assertThat(round.record().outcome()).as(said).hasValue(outcome);
        boolean isAmbiguous = pair.by() == Second.OTHER_HANDLE && pair.first() == pair.second();
        Optional<Verb> asked = round.record().asked().map(way -> Verb.valueOf(way.name()));
        // That the data was on disk stays true where the job was then ended otherwise.
        if (!isAmbiguous && !asked.equals(Optional.of(Verb.FINALIZE))) {
            assertThat(asked).as(said).isEqualTo(lastWay);
        }
    }

    /** The last way of ending the job that QEMU has accepted from the handle that started it. */
    private static Optional<Verb> lastWay(VerbVm vm, Pair pair) {
        List<Verb> ways = new ArrayList<>(vm.accepted.stream()
                .flatMap(command -> WAYS.stream().filter(way -> way.command.equals(command)))
                .toList());
        if (pair.by() == Second.OTHER_HANDLE && ways.contains(pair.second())) {
            // Both handles use one session: where the verbs are the same, one of the two was accepted.
            ways.remove(pair.second());
        }
        return ways.stream().reduce((before, last) -> last);
    }

    /** The file of a copy is left behind unless the disk is on it or the copy was finished; a complete one is complete. */
    private static void checkFile(Pair pair, VerbVm.Round round, JobOutcome outcome, String said) {
        boolean isLeft = pair.stage() == Stage.COPY_READY && !outcome.completed();
        assertThat(outcome.leftovers()).as(said).hasSize(isLeft ? 1 : 0);
        if (isLeft) {
            assertThat(outcome.leftovers().get(0).name())
                    .as(said)
                    .isEqualTo(round.image("copy").toString());
            assertThat(Files.exists(round.image("copy"))).isTrue();
        }
        if (pair.stage() == Stage.COPY_READY && outcome.completed()) {
            round.holdsAll("copy");
        }
    }

    /** A handle that only met the job may know less, and claims nothing that is not so. */
    private static void checkOther(VerbVm.Round round, JobOutcome outcome) {
        JsonNode end = round.end();
        boolean cancelled = end.path("event").asText().equals("BLOCK_JOB_CANCELLED");
        boolean isOnSource = round.liveChain().get(0).equals("active");
        String said = "the other handle: %s, %s".formatted(end.path("event").asText(), outcome);
        assertThat(outcome.end() instanceof End.Cancelled).as(said).isEqualTo(cancelled);
        assertThat(outcome.head()).as(said).isIn(isOnSource ? Head.SOURCE : Head.TARGET, Head.UNKNOWN);
        assertThat(outcome.released().stream().map(node -> name(round, node)).toList())
                .as(said)
                .doesNotContainAnyElementsOf(round.liveChain());
    }

    private static String name(VerbVm.Round round, BlockNode node) {
        return node.label().replaceAll(round.number + "$", "");
    }
}
