package io.github.qmp4j.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpProtocolException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes to objects, however they are cut, within the limits. */
@Timeout(300)
class QmpDecoderTest {
    private static final int LIMIT = 1000;
    private static final int DEPTH = 20;
    private static final String MESSAGES =
            "{\"a\": \"\\u00fc\u00fc\\n\", \"b\": [1, -2.5e3, true, false, null, {}]}\r\n{\"c\": {}} {\"d\": []}";

    private final List<ObjectNode> seen = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000})
    void messagesComeOutTheSameInWhateverPiecesTheyCome(int piece) {
        feed(MESSAGES.getBytes(StandardCharsets.UTF_8), piece);
        assertThat(seen)
                .extracting(ObjectNode::toString)
                .containsExactly("{\"a\":\"üü\\n\",\"b\":[1,-2500.0,true,false,null,{}]}", "{\"c\":{}}", "{\"d\":[]}");
    }

    @Test
    void integersKeepAllTheirDigits() {
        String big = "9".repeat(60);
        feed("{\"a\": 18446744073709551615, \"b\": -9223372036854775808, \"c\": " + big + "}");
        ObjectNode json = seen.get(0);
        assertThat(json.get("a").bigIntegerValue()).isEqualTo(new BigInteger("18446744073709551615"));
        assertThat(json.get("b").longValue()).isEqualTo(Long.MIN_VALUE);
        assertThat(json.get("c").bigIntegerValue()).isEqualTo(new BigInteger(big));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 2000})
    void aMessageOfExactlyTheLimitPassesAndOneByteMoreDoesNot(int piece) {
        // case 74; one that passed before does not count
        String atLimit = text(LIMIT);
        feed((atLimit + "\n" + atLimit).getBytes(StandardCharsets.UTF_8), piece);
        assertThat(seen).hasSize(2);
        assertThatThrownBy(() -> feed(text(LIMIT + 1).getBytes(StandardCharsets.UTF_8), piece))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageContaining("more than 1000 bytes, which is the limit");
        assertThat(seen).hasSize(2);
    }

    @Test
    void aNumberBeyondADoubleIsKeptAsItIs() {
        feed("{\"a\": 1e9999, \"b\": -1.5E400, \"c\": 1e-9999, \"d\": 1e308}");
        ObjectNode json = seen.get(0);
        assertThat(json.get("a").decimalValue()).isEqualByComparingTo("1e9999");
        assertThat(json.get("b").decimalValue()).isEqualByComparingTo("-1.5e400");
        assertThat(json.get("c").doubleValue()).isZero();
        assertThat(json.get("d").doubleValue()).isEqualTo(1e308);
        assertThat(json).asString().doesNotContain("Infinity");
        feed(json.toString());
        assertThat(seen.get(1).get("a")).isEqualTo(json.get("a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": \"\\ud800\"}",
                "{\"a\": \"x\\udc00y\"}",
                "{\"a\": [\"\\ud83d\\u0041\"]}",
                "{\"\\ud800\": 1}",
                "{\"x\\udc00\": 1}"
            })
    void halfACharacterIsRefusedInAValueAsInAName(String half) {
        for (int piece : new int[] {100, 1}) {
            assertThatThrownBy(() -> feed(half.getBytes(StandardCharsets.UTF_8), piece))
                    .isInstanceOf(QmpProtocolException.class)
                    .hasMessageStartingWith("the peer sent invalid QMP: ");
        }
        assertThat(seen).isEmpty();
        feed("{\"a\": \"\\ud83d\\ude00\", \"\\ud83d\\ude00\": 1}");
        assertThat(seen).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\" 1}",
                "{\"a\": NaN}",
                "{]",
                "{\"a\": \"\\ud800\"}",
                "deep",
                "long",
                "{\"a\": 1e99999999999}"
            })
    void noWordsOfTheParserReachTheUser(String bad) {
        String text =
                switch (bad) {
                    case "deep" -> "{\"a\":" + "[".repeat(DEPTH);
                    case "long" -> "{\"a\":" + "1".repeat(1001) + "}";
                    default -> bad;
                };
        assertThatThrownBy(() -> {
                    try (QmpDecoder decoder = new QmpDecoder(10_000, DEPTH)) {
                        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                        decoder.feed(bytes, bytes.length, seen::add);
                    }
                })
                .isInstanceOf(QmpProtocolException.class)
                .message()
                .matches("the peer sent invalid QMP: (a|text) [a-zJSON0-9 ,()]+")
                .doesNotContain("Stream", "token", "char '");
    }

    @Test
    void aMessageThatNeverEndsFailsAtTheLimit() {
        assertThatThrownBy(() -> feed(("{\"a\": [" + "1,".repeat(LIMIT)).getBytes(StandardCharsets.UTF_8), 10))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessageContaining("which is the limit");
        assertThat(seen).isEmpty();
    }

    @Test
    void nestingUpToTheLimitPassesAndDeeperDoesNot() {
        feed("{\"a\":" + "[".repeat(DEPTH - 1) + "]".repeat(DEPTH - 1) + "}");
        assertThat(seen).hasSize(1);
        assertThatThrownBy(() -> feed("{\"a\":" + "[".repeat(DEPTH)))
                .isInstanceOf(QmpProtocolException.class)
                .hasMessage("the peer sent invalid QMP: a message that is nested deeper than %d, which is the limit"
                        .formatted(DEPTH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<html>", "[1]", "7", "\"text\"", "null", "}", "{]", "{\"a\" 1}", "{\"a\": NaN}", "{\"a\": tru}"
            })
    void whatIsNoJsonObjectIsNoQmp(String garbage) {
        assertThatThrownBy(() -> feed(garbage + " ")).isInstanceOf(QmpProtocolException.class);
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0xFF, 0xC3, 0x80, 0x01})
    void bytesThatAreNoUtf8AndControlCharactersAreNoQmp(int invalid) {
        byte[] bytes = "{\"a\": \"?x\"}".getBytes(StandardCharsets.ISO_8859_1);
        bytes[7] = (byte) invalid;
        assertThatThrownBy(() -> feed(bytes, bytes.length)).isInstanceOf(QmpProtocolException.class);
        assertThat(seen).isEmpty();
    }

    @Test
    void messagesBeforeTheGarbageAreGivenOut() {
        assertThatThrownBy(() -> feed("{\"a\": 1}{\"b\": 2} oops")).isInstanceOf(QmpProtocolException.class);
        assertThat(seen).hasSize(2);
    }

    private void feed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        feed(bytes, bytes.length);
    }

    private void feed(byte[] bytes, int piece) {
        // The buffer is longer than what counts, as the one that is used again and again is.
        try (QmpDecoder decoder = new QmpDecoder(LIMIT, DEPTH)) {
            for (int from = 0; from < bytes.length; from += piece) {
                int to = Math.min(bytes.length, from + piece);
                byte[] buffer = Arrays.copyOf(Arrays.copyOfRange(bytes, from, to), to - from + 9);
                decoder.feed(buffer, to - from, seen::add);
            }
        }
    }

    private static String text(int bytes) {
        return "{\"a\": \"" + "x".repeat(bytes - 9) + "\"}";
    }
}
