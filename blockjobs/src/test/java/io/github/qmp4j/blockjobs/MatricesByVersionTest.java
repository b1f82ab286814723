package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.CutMatrixTest.Cut;
import io.github.qmp4j.testkit.CuttingProxy.Direction;
import io.github.qmp4j.testkit.CuttingProxy.Place;
import io.github.qmp4j.testkit.QemuPlace;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A few rounds of each matrix on each version of QEMU, with their seed; the matrices themselves are played on one. */
@QemuVersions(containersOnly = true)
@Timeout(1500)
class MatricesByVersionTest {
    private static final int MESSAGES = 30;
    private static final int LONGEST_MILLIS = 2500;

    private final long seed = Long.getLong("qmp4j.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private interface Round {
        void play() throws Exception;
    }

    private void play(String what, Round round) throws Exception {
        try {
            round.play();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("%s, seed %d: %s".formatted(what, seed, e.getMessage()), e);
        }
        System.out.printf("on %s: %s; seed %d%n", QemuPlace.current(), what, seed);
    }

    @Test
    void theWorkIsDoneRightWhereverASessionIsCut() throws Exception {
        for (Life life : Life.values()) {
            Cut cut = new Cut(
                    any(List.of(Direction.values())), 1 + random.nextInt(MESSAGES), any(List.of(Place.values())));
            boolean supervised = random.nextBoolean();
            play(
                    "%s, %s, cut at %s".formatted(life, supervised ? "supervised" : "single sessions", cut),
                    () -> CutMatrixTest.round(life, List.of(cut), supervised));
        }
    }

    @Test
    void theWorkIsDoneOnceWheneverItsProcessIsKilled() throws Exception {
        Life life = any(List.of(Life.values()));
        int millis = random.nextInt(LONGEST_MILLIS);
        play(
                "%s, killed after %d ms".formatted(life, millis),
                () -> KillMatrixTest.round(life, KillMatrixTest.NOWHERE, millis));
    }

    @Test
    void nothingIsCalledIntactThatIsNotWhenQemuIsKilled() throws Exception {
        Life life = any(List.of(Life.values()));
        int millis = random.nextInt(LONGEST_MILLIS);
        play("%s, QEMU killed after %d ms".formatted(life, millis), () -> QemuKillTest.round(life, millis));
    }
}
