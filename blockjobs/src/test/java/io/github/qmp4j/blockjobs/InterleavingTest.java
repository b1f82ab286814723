package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.blockjobs.JobOutcome.Head;
import io.github.qmp4j.blockjobs.Story.Dismissal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every order in which QEMU may tell of a job, and answer, gives the right
 * outcome. An order that does not is printed, with the seed that chose it.
 */
@Timeout(value = 50, unit = TimeUnit.MINUTES)
class InterleavingTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());

    /** Of each story, with each noise and each dismissal. */
    private static final int ORDERS = FULL ? 60 : 3;

    private static final int LOSSES = FULL ? 20 : 1;

    private final Random random = new Random(SEED);

    static Stream<Story> stories() {
        return Stories.all().stream();
    }

    @ParameterizedTest
    @MethodSource("stories")
    void givesTheRightOutcomeInEveryOrder(Story story) {
        int played = 0;
        try (ScriptedVm vm = ScriptedVm.start();
                Unruly callbacks = new Unruly();
                ScriptedVm unrulyVm = ScriptedVm.working(callbacks)) {
            for (List<Act> order : orders(story, ORDERS)) {
                play(played++ % 2 == 0 ? vm : unrulyVm, story, order);
            }
        }
        System.out.printf("%s: %d orders, seed %d%n", story, played, SEED);
    }

    /** Whatever was heard until then, nothing is claimed that QEMU's graph has not proved. */
    @ParameterizedTest
    @MethodSource("stories")
    void claimsNothingWrongWhereverTheMonitorIsLost(Story story) {
        for (List<Act> order : orders(story, LOSSES)) {
            int acts = random.nextInt(order.size() + 1);
            try (ScriptedVm vm = ScriptedVm.start()) {
                JobOutcome outcome = new Play(vm, story)
                        .playUntilLost(order, acts)
                        .outcome()
                        .orTimeout(1, TimeUnit.SECONDS)
                        .join();
                assertNotWrong(story, outcome);
            } catch (AssertionError | RuntimeException e) {
                throw failure(story, order.subList(0, acts), e);
            }
        }
    }

    private List<List<Act>> orders(Story story, int ofEach) {
        List<Story> variants = new ArrayList<>(List.of(story));
        variants.addAll(story.withNoise());
        return variants.stream()
                .flatMap(variant -> Arrays.stream(Dismissal.values()).map(variant::acts))
                .flatMap(acts -> Interleavings.of(acts, ofEach, random).stream())
                .toList();
    }

    private static void play(ScriptedVm vm, Story story, List<Act> order) {
        try {
            Play play = new Play(vm, story);
            BlockJob job = play.play(order);
            JobOutcome outcome = TestVm.get(job.outcome());
            assertRight(story, outcome);
            assertThat(play.verbs()).allMatch(result -> result == null || result.equals(outcome));
            assertThat(play.updates())
                    .doesNotContain(JobStatus.PAUSED, JobStatus.STANDBY)
                    .endsWith(JobStatus.CONCLUDED)
                    .containsOnlyOnce(JobStatus.CONCLUDED);
            if (!story.stopsOnError()) {
                assertThat(play.updates()).doesNotContain(JobStatus.PAUSED_ON_ERROR);
            }
            if (story.becomesReady()) {
                assertThat(job.ready()).succeedsWithin(Duration.ofMinutes(2));
            }
        } catch (AssertionError | RuntimeException e) {
            vm.qemu.verify();
            throw failure(story, order, e);
        }
    }

    /** QEMU's word that a job has failed or was cancelled is enough; for a success it is not. */
    private static void assertNotWrong(Story story, JobOutcome outcome) {
        if (outcome.completed()) {
            assertRight(story, outcome);
            return;
        }
        if (!(outcome.end() instanceof End.Unknown)) {
            assertThat(story.ends())
                    .as("%s", outcome)
                    .contains(outcome.end().getClass().asSubclass(End.class));
        }
        assertThat(outcome.head()).as("%s", outcome).isIn(story.head(), Head.UNKNOWN);
        assertThat(outcome.released()).as("%s", outcome).isEmpty();
    }

    private static AssertionError failure(Story story, List<Act> order, Throwable why) {
        return new AssertionError("%s, seed %d, in the order %s: %s".formatted(story, SEED, order, why), why);
    }

    private static void assertRight(Story story, JobOutcome outcome) {
        assertThat(story.ends())
                .as("%s", outcome)
                .contains(outcome.end().getClass().asSubclass(End.class));
        assertThat(outcome.head()).as("%s", outcome).isEqualTo(story.head());
        boolean changed = outcome.completed() && story.life().contains("switched");
        assertThat(outcome.released().isEmpty()).as("%s", outcome).isEqualTo(!changed);
        assertThat(outcome.leftovers()).noneMatch(left -> left.kind() == Leftover.Kind.JOB);
    }
}
