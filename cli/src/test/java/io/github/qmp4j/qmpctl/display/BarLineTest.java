package io.github.qmp4j.qmpctl.display;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.report.Phase;
import io.github.qmp4j.qmpctl.report.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BarLineTest {

    @Test
    void aLineShowsPhaseBarPercentBytesRateAndTimeToGo() {
        assertThat(line(80, false, Phase.RUNNING))
                .isEqualTo("disk0  pull    running    ####....  50%  50.0/100.0 MiB   10.0 MiB/s  ETA 1m31s");
    }

    @Test
    void theLimitStandsBehindTheRateAlsoIn80Columns() {
        assertThat(new BarLine(new Screen(true, 80, false, false)).render(Samples.limited(64)))
                .isEqualTo("disk0  pull    running      50%  50.0/100.0 MiB   10.0 MiB/s (64M) ETA 1m31s");
        assertThat(new BarLine(new Screen(true, 100, false, false)).render(Samples.limited(64)))
                .contains("#....")
                .endsWith("10.0 MiB/s (64M) ETA 1m31s");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 20, 40, 72, 80, 132, 300})
    void aLineNeverReachesTheLastColumn(int width) {
        assertThat(line(width, true, Phase.RUNNING)).hasSizeLessThan(width);
    }

    @Test
    void withoutColourThereIsNoEscapeSequence() {
        for (Phase phase : Phase.values()) {
            assertThat(line(80, true, phase)).doesNotContain("\033");
        }
    }

    @Test
    void aJobThatWaitsForSomebodyIsRedWhereThereIsColour() {
        String line = new BarLine(new Screen(true, 80, true, true)).render(Samples.snapshot(Phase.PAUSED_ON_ERROR, 50));
        assertThat(line).startsWith("\033[31m").endsWith("\033[0m");
    }

    private static String line(int width, boolean unicode, Phase phase) {
        return new BarLine(new Screen(true, width, false, unicode)).render(Samples.snapshot(phase, 50));
    }
}
