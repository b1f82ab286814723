package io.github.qmp4j.qmpctl.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypedCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "query-status ; {\"execute\":\"query-status\"}",
                "  stop   ; {\"execute\":\"stop\"}",
                "x {\"a\": [1, 2]} ; {\"execute\":\"x\",\"arguments\":{\"a\":[1,2]}}",
                "x a=1 b=text c=true d=null ; {\"execute\":\"x\",\"arguments\":{\"a\":1,\"b\":\"text\",\"c\":true,\"d\":null}}",
                "x a=\"1\" b='2' ; {\"execute\":\"x\",\"arguments\":{\"a\":\"1\",\"b\":\"2\"}}",
                "x a=\"with space\" b='and = too' ; {\"execute\":\"x\",\"arguments\":{\"a\":\"with space\",\"b\":\"and = too\"}}",
                "x a=[1, {\"b\": 2}] ; {\"execute\":\"x\",\"arguments\":{\"a\":[1,{\"b\":2}]}}",
                "x file.driver=nbd file.path=/s a= ; {\"execute\":\"x\",\"arguments\":{\"file\":{\"driver\":\"nbd\",\"path\":\"/s\"},\"a\":\"\"}}",
                "x host=10.0.0.1 since=2026-11-21 n=007 ; {\"execute\":\"x\",\"arguments\":{\"host\":\"10.0.0.1\",\"since\":\"2026-11-21\",\"n\":\"007\"}}",
                "x q=a\"b ; {\"execute\":\"x\",\"arguments\":{\"q\":\"a\\\"b\"}}",
                "x '{\"a\": \"it'\\''s\"}' ; {\"execute\":\"x\",\"arguments\":{\"a\":\"it's\"}}",
                "{\"execute\":\"stop\"} ; {\"execute\":\"stop\"}",
                "{\"execute\":\"x\",\"arguments\":{\"a\":1}} ; {\"execute\":\"x\",\"arguments\":{\"a\":1}}",
            })
    void aLineIsReadAsItIsMeant(String line, String wire) {
        assertThat(TypedCommand.parse(line).toCommand()).hasToString(wire);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x {",
                "x {} {}",
                "x 5",
                "x a=1 b",
                "x =1",
                "x a=1 a=2",
                "x a=1 a.b=2",
                "x a={",
                "x a=\"b",
                "{",
                "{}",
                "{\"execute\":5}",
                "{\"execute\":\"x\",\"arguments\":[]}",
                "{\"execute\":\"x\",\"id\":1}"
            })
    void whatIsNoCommandIsRefused(String line) {
        assertThatThrownBy(() -> TypedCommand.parse(line)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wordsOfACommandLineKeepTheirSpaces() {
        assertThat(TypedCommand.of("x", List.of("a=with space", "b={\"c\": 1}")).arguments())
                .hasToString("{\"a\":\"with space\",\"b\":{\"c\":1}}");
    }
}
