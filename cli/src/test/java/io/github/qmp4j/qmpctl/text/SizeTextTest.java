package io.github.qmp4j.qmpctl.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTextTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1048576, 1048576",
        "512B, 512",
        "1K, 1024",
        "1k, 1024",
        "1KiB, 1024",
        "1KB, 1000",
        "64M, 67108864",
        "64MiB, 67108864",
        "64MB, 64000000",
        "1.5G, 1610612736",
        "2T, 2199023255552",
        "1PB, 1000000000000000",
        "9223372036854775807, 9223372036854775807"
    })
    void lettersAloneAndWithIBArePowersOf1024AndWithBOf1000(String text, long bytes) {
        assertThat(SizeText.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "8192P", "99999999999999999999T"})
    void whatALongCannotHoldIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeText.parse(text))
                .withMessageContaining("too much");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-64M", "-0.5K"})
    void whatIsNegativeIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeText.parse(text))
                .withMessageContaining("negative");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "1X", "1e6", "64 M B", "0x10", "1KKB", "64M/s"})
    void whatIsNoSizeIsRefusedWithAnExample(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeText.parse(text))
                .withMessageContaining("64M");
    }

    @Test
    void aRateMaySayPerSecond() {
        assertThat(SizeText.parseRate("64MiB/s")).isEqualTo(64L << 20);
        assertThat(SizeText.parseRate("64M")).isEqualTo(64L << 20);
    }
}
