package io.github.qmp4j.qmpctl.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1048575, 1.0 MiB",
        "53687091, 51.2 MiB",
        "1073741824, 1.0 GiB",
        "9223372036854775807, 8.0 EiB"
    })
    void sizesHaveOneDecimalAndTheLargestUnitThatFits(long bytes, String text) {
        assertThat(Quantity.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"512, 512", "65536, 64K", "67108864, 64M", "1610612736, 1.5G", "100000000, 95.4M"})
    void aLimitIsAsShortAsItWasTyped(long bytes, String text) {
        assertThat(Quantity.brief(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "59, 59s", "60, 1m00s", "91, 1m31s", "3600, 1h00m", "90061, 25h01m"})
    void durationsHaveTwoUnits(long seconds, String text) {
        assertThat(Quantity.duration(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
