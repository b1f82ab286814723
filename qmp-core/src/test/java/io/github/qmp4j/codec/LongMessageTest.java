package io.github.qmp4j.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Long messages in small pieces cost linear time (case 74); quadratic time would be minutes here. */
@Timeout(300)
class LongMessageTest {
    private static final int FIVE_MIB = 5 << 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 1 << 16})
    void fiveMebibytesOfSmallValuesPassInBoundedTime(int piece) {
        String entry = "{\"name\": \"block\", \"n\": 12345678901},";
        String message = "{\"return\": [" + entry.repeat(FIVE_MIB / entry.length()) + "0]}";
        assertThat(decode(message, piece).path("return")).hasSize(FIVE_MIB / entry.length() + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 1 << 16})
    void fiveMebibytesOfOneTextPassInBoundedTime(int piece) {
        String message = "{\"return\": \"" + "x".repeat(FIVE_MIB) + "\"}";
        assertThat(decode(message, piece).path("return").asText()).hasSize(FIVE_MIB);
    }

    private static ObjectNode decode(String message, int piece) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        List<ObjectNode> seen = new ArrayList<>();
        byte[] buffer = new byte[piece];
        try (QmpDecoder decoder = new QmpDecoder(64 << 20, 1024)) {
            for (int from = 0; from < bytes.length; from += piece) {
                int length = Math.min(piece, bytes.length - from);
                System.arraycopy(bytes, from, buffer, 0, length);
                decoder.feed(buffer, length, seen::add);
            }
        }
        assertThat(seen).hasSize(1);
        return seen.get(0);
    }
}
