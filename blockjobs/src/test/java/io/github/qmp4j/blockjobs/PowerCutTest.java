package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.PowerCutRun.Kind;
import io.github.qmp4j.testkit.CutState;
import io.github.qmp4j.testkit.QemuPlace;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power of the host is cut at each moment of a job. The guest's disk is what it was, and is so without the released images
 * once the outcome has said that the job has completed. A sample in ordinary runs, with its seed; all with {@code -Dqmp4j.full=true}.
 */
@QemuVersions
@Timeout(14400)
class PowerCutTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    /** Of the writes that a cut can lose, besides the four that are always looked at. */
    private static final int SUBSETS = FULL ? 14 : 4;

    private static final int LEAST_STATES = FULL ? 2000 : 1;
    private static final int LEAST_DISTINCT = FULL ? 1000 : 1;
    private static final int SAMPLE = 5;
    private static final int NEAR_THE_END = 6;

    private final long seed = Long.getLong("qmp4j.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<String> bad = new ArrayList<>();
    private int moments;
    private int states;
    private int distinct;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theDiskIsWholeWheneverThePowerIsCut(Kind kind) throws Exception {
        int runs = 0;
        while (states < LEAST_STATES || distinct < LEAST_DISTINCT) {
            play(kind, true, runs != 1);
            runs++;
        }
        System.out.printf(
                "power cuts on %s, %s: %d runs, %d moments, %d states, %d of them distinct, %d bad; seed %d%n",
                QemuPlace.current(), kind, runs, moments, states, distinct, bad.size(), seed);
        assertThat(bad.stream().distinct())
                .as("bad states of %s: %d of %d, seed %d", kind, bad.size(), states, seed)
                .isEmpty();
    }

    /** The matrix finds what is wrong: where no flush reaches the images, no order of them keeps the disk whole. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void theDiskIsNotWholeWhereNoFlushReachesTheImages(Kind kind) throws Exception {
        play(kind, false, true);
        assertThat(bad).as("bad states of %s, %d, seed %d", kind, states, seed).isNotEmpty();
    }

    private void play(Kind kind, boolean safe, boolean guestWrites) throws Exception {
        try (PowerCutDisk disk = new PowerCutDisk()) {
            PowerCutRun run = PowerCutRun.of(kind, disk, safe, guestWrites, random);
            PowerCutCheck check = new PowerCutCheck(disk, run);
            for (int steps : safe ? moments(run) : List.of(run.completed())) {
                moments++;
                for (CutState state : run.recording().cutAfter(steps).states(SUBSETS, random)) {
                    states++;
                    check.problem(state, steps)
                            .ifPresent(problem -> bad.add("%d steps of %d, completed at %d: %s"
                                    .formatted(steps, run.recording().steps().size(), run.completed(), problem)));
                }
            }
            distinct += check.distinct();
        }
    }

    /** All, or a few: of the whole run, and around its end, where a job does what cannot be taken back. */
    private List<Integer> moments(PowerCutRun run) {
        int steps = run.recording().steps().size();
        int end = run.completed();
        List<Integer> all =
                new ArrayList<>(IntStream.rangeClosed(0, steps).boxed().toList());
        if (FULL) {
            return all;
        }
        List<Integer> nearTheEnd = new ArrayList<>(IntStream.rangeClosed(end - NEAR_THE_END, Math.min(steps, end))
                .boxed()
                .toList());
        Collections.shuffle(all, random);
        Collections.shuffle(nearTheEnd, random);
        List<Integer> sample = new ArrayList<>(all.subList(0, SAMPLE));
        sample.addAll(nearTheEnd.subList(0, SAMPLE));
        return sample.stream().distinct().sorted().toList();
    }
}
