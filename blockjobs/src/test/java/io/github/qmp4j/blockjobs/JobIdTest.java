package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What QEMU takes for a job-id. */
class JobIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a b", "-a", "ü", "a/b"})
    void refusesWhatQemuTakesForNoJobId(String id) {
        assertThatThrownBy(() -> new JobId(id)).isInstanceOf(IllegalArgumentException.class);
    }
}
