package io.github.qmp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpGreeting.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, commands, options and versions refuse what makes no sense, and say which value it was. */
@Timeout(300)
class LineTokenizerTest {

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/vm one.sock", "unix:relative", "tcp:localhost:4444", "tcp:[::1]:4444"})
    void anAddressReadsAsItIsWritten(String spec) {
        assertThat(QmpAddress.parse(spec)).hasToString(spec);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/run/vm.sock",
                "unix:",
                "unix:a\0b",
                "tcp:",
                "tcp:host",
                "tcp::1",
                "tcp:h:0",
                "tcp:h:65536",
                "tcp:h:x"
            })
    void whatIsNoAddressIsRefused(String spec) {
        assertThatThrownBy(() -> QmpAddress.parse(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void aPathIsNoArgumentBecauseQemusFilesAreNotOurs() {
        assertThatThrownBy(() -> QmpCommand.of("drive-mirror").with("target", Path.of("/x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'target' of drive-mirror is a Path");
    }

    @Test
    void aCommandDoesNotChangeAndNeedsAName() {
        QmpCommand<?> bare = QmpCommand.of("stop");
        QmpCommand<?> more = bare.with("a", 1);
        more.arguments().put("b", 2);
        assertThat(bare).hasToString("{\"execute\":\"stop\"}");
        assertThat(more).hasToString("{\"execute\":\"stop\",\"arguments\":{\"a\":1}}");
        assertThatThrownBy(() -> QmpCommand.of(" ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anOptionOutOfRangeIsNamedWithItsValue() {
        assertThatThrownBy(() -> QmpOptions.defaults().withGreetingTimeout(Duration.ZERO))
                .hasMessage("greetingTimeout (PT0S) must be positive");
        assertThatThrownBy(() -> QmpOptions.defaults().withMaxInFlight(0))
                .hasMessage("maxInFlight (0) must be positive");
        assertThatThrownBy(() -> QmpOptions.defaults().withWaitFor(Duration.ofSeconds(-1)))
                .hasMessage("waitFor (PT-1S) must not be negative");
    }

    @Test
    void versionsCompareByNumberAndNotByText() {
        assertThat(List.of(new Version(10, 0, 3), new Version(7, 2, 22), new Version(7, 2, 3)))
                .isSortedAccordingTo((left, right) -> right.compareTo(left));
    }
}
