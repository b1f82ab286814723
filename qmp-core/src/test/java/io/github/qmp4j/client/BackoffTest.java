package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    @Test
    void waitsGrowUpToTheLongestAndStayThere() {
        Backoff backoff = new Backoff(FIRST, LONGEST, 3, 0);
        assertThat(backoff.before(0, 1)).isEqualTo(FIRST);
        assertThat(backoff.before(1, 1)).isEqualTo(Duration.ofMillis(300));
        assertThat(backoff.before(2, 1)).isEqualTo(Duration.ofMillis(900));
        assertThat(backoff.before(3, 1)).isEqualTo(LONGEST);
        assertThat(backoff.before(Integer.MAX_VALUE, 1)).isEqualTo(LONGEST);
    }

    @Test
    void jitterOnlyShortensAWait() {
        Backoff backoff = new Backoff(FIRST, LONGEST, 2, 0.5);
        assertThat(backoff.before(0, 0)).isEqualTo(FIRST);
        assertThat(backoff.before(0, 0.5)).isEqualTo(Duration.ofMillis(75));
        assertThat(backoff.before(0, 1)).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void whatMakesNoSenseIsRefusedByName() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, LONGEST, 2, 0)).hasMessage("first (PT0S) must be positive");
        assertThatThrownBy(() -> new Backoff(LONGEST, FIRST, 2, 0)).hasMessageContaining("longest (PT0.1S)");
        assertThatThrownBy(() -> new Backoff(FIRST, LONGEST, Double.NaN, 0)).hasMessageContaining("multiplier (NaN)");
        assertThatThrownBy(() -> new Backoff(FIRST, LONGEST, 2, 1.5)).hasMessageContaining("jitter (1.5)");
    }
}
