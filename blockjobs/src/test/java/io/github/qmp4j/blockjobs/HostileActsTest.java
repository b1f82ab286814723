package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.testkit.QemuPlace;
import io.github.qmp4j.testkit.QemuVersions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each kind of job, each moment of it, and everything that another client can do to it there. */
@QemuVersions
@Timeout(value = 4, unit = TimeUnit.HOURS)
class HostileActsTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final long SEED = Long.getLong("qmp4j.seed", System.nanoTime());
    private static final int SAMPLE = Integer.getInteger("qmp4j.rounds", FULL ? 300 : 8);
    private static final String ONLY = System.getProperty("qmp4j.only", "");

    @Test
    void saysNothingThatIsNotTrueWhateverAnotherClientDoes() {
        List<HostileRound> rounds = new ArrayList<>();
        for (HostileRound.Work work : HostileRound.Work.values()) {
            for (HostileRound.Moment moment : HostileRound.Moment.values()) {
                if (moment == HostileRound.Moment.READY && !work.becomesReady()) {
                    continue;
                }
                for (HostileAct act : HostileAct.all()) {
                    if (moment == HostileRound.Moment.DISMISSED && act.takesBackTheEnd()) {
                        continue; // the outcome is decided, and was true
                    }
                    HostileRound round = new HostileRound(work, moment, act);
                    if (round.toString().matches("(?i).*" + ONLY + ".*")) {
                        rounds.add(round);
                    }
                }
            }
        }
        Collections.shuffle(rounds, new Random(SEED));
        List<HostileRound> played = rounds.subList(0, Math.min(SAMPLE, rounds.size()));
        List<String> wrong = new ArrayList<>();
        for (HostileRound round : played) {
            List<String> found = round.play();
            if (!found.isEmpty()) {
                wrong.add(round + ": " + found + " after " + round.log());
            }
            System.out.printf(
                    "%s%s: %s%n    %s%n",
                    found.isEmpty() ? "" : "!!! ", round, found, String.join("\n    ", round.log()));
        }
        long killed = played.stream().filter(HostileRound::isKilledByTheAct).count();
        System.out.printf(
                "%s: %d of %d rounds, seed %d, %d wrong, %d in which QEMU died of the act%n",
                QemuPlace.current(), played.size(), rounds.size(), SEED, wrong.size(), killed);
        assertThat(wrong).isEmpty();
    }
}
