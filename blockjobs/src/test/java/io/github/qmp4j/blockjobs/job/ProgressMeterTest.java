package io.github.qmp4j.blockjobs.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.JobProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates, growth, and the hint that a copy gains nothing. */
class ProgressMeterTest {
    @Test
    void countsHowMuchTheWorkHasGrown() {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(30));
        meter.see(0, 0, 0);
        meter.see(0, 4000, 1);
        assertThat(meter.progress().growth()).isZero();
        meter.see(1000, 4500, 2);
        assertThat(meter.progress().growth()).isEqualTo(500);
        meter.end(1000, 3000);
        assertThat(meter.progress().growth()).isEqualTo(-1000);
    }

    @ParameterizedTest
    @CsvSource({
        // bytes copied in a second, bytes added meanwhile, at the end hinted at
        "100, 100, true",
        "100, 150, true",
        "100, 99, false",
        "0, 0, false",
        "0, 50, false",
    })
    void hintsAtACopyThatGainsNothingForAWholeWindow(long copied, long added, boolean hinted) {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(30));
        for (long second = 0; second <= 30; second++) {
            assertThat(meter.progress().notConverging()).isFalse();
            meter.see(second * copied, 100_000 + second * added, second * 1_000_000_000);
        }
        assertThat(meter.progress().notConverging()).isEqualTo(hinted);
    }

    @Test
    void takesTheHintBackWhenTheCopyIsInStepOrGains() {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(1));
        long second = 1_000_000_000;
        meter.see(0, 100, 0);
        meter.see(50, 150, second);
        assertThat(meter.progress().notConverging()).isTrue();
        meter.see(60, 150, 2 * second);
        assertThat(meter.progress().notConverging()).isFalse();
        meter.see(70, 200, 3 * second);
        assertThat(meter.progress().notConverging()).isTrue();
        meter.see(200, 200, 4 * second);
        assertThat(meter.progress().notConverging()).isFalse();
        meter.see(210, 300, 5 * second);
        assertThat(meter.progress().notConverging()).isFalse();
    }

    /** {@code len} may be 0, and moves. */
    @Test
    void measuresARateAndNeverDividesByZero() {
        ProgressMeter meter = new ProgressMeter(Duration.ofSeconds(30));
        assertThat(meter.progress().percent()).isZero();
        meter.see(0, 0, 0);
        assertThat(meter.progress().rate()).isEmpty();
        meter.see(1000, 4000, 1_000_000_000);
        assertThat(meter.progress().rate()).hasValue(1000);
        assertThat(meter.progress().eta()).hasValue(Duration.ofSeconds(3));
        meter.see(1000, 4000, 1_000_000_000);
        meter.see(500, 600, 2_000_000_000L);
        assertThat(meter.progress().rate().orElseThrow()).isBetween(0L, 1000L);
        assertThat(new JobProgress(9, 6, 0, OptionalLong.empty(), Optional.empty(), 0, false).percent())
                .isEqualTo(100);
    }
}
