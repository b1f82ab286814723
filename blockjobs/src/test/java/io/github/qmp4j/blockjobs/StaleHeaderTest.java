package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a header names what is below its image in the live graph. */
class StaleHeaderTest {
    private static BlockNode image(String file, String driver, @Nullable String header) {
        return new BlockNode(
                Optional.empty(), file, driver, 8, OptionalLong.empty(), false, Optional.ofNullable(header));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/i/top | /i/base | /i/base | true",
                "/i/top | base | /i/base | true",
                "/i/top | ../i/base | /i/base | true",
                "/i/top | sub/base | /i/base | false",
                "/i/top | /i/other | /i/base | false",
                "/i/top | | /i/base | false",
                "/i/top | /i/base | | false",
                "top | base | base | true",
                "i/top | base | i/base | true",
                "top | base | /i/base | false",
                "/i/top | nbd://h/e | nbd://h/e | true",
                "/i/top | json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"/i/base\"}} | /i/base | true",
                "/i/top | base | json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"/i/base\"}} | true",
            })
    void comparesNames(String file, @Nullable String header, @Nullable String below, boolean right) {
        BlockNode top = image(file, "qcow2", header);
        List<BlockNode> nodes = below == null ? List.of(top) : List.of(top, image(below, "raw", null));
        assertThat(new BlockChain(nodes).staleHeaders()).isEqualTo(right ? List.of() : List.of(top));
    }

    /** A filter has no header, and no header can name one. */
    @Test
    void looksThroughFilters() {
        BlockNode top = image("/i/top", "qcow2", "base");
        BlockChain chain = new BlockChain(List.of(
                image("/i/top", "throttle", null),
                top,
                image("/i/base", "throttle", null),
                image("/i/base", "raw", null)));
        assertThat(chain.staleHeaders()).isEmpty();
    }
}
