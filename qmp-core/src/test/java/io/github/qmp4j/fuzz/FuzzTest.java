package io.github.qmp4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.client.SessionFuzz;
import io.github.qmp4j.codec.DecoderFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input of any kind: garbage, split, huge, deep, not UTF-8. Some 100,000 executions, ten million in the full run; the machine
 * may take as long as it likes for them, up to a bound.
 */
class FuzzTest {
    private static final boolean FULL = Boolean.getBoolean("qmp4j.full");
    private static final long DECODER_RUNS = FULL ? 9_200_000 : 100_000;
    private static final long SESSION_RUNS = FULL ? 1_000_000 : 2_000;
    private static final Duration LIMIT = Duration.ofMinutes(30);

    @ParameterizedTest
    @MethodSource("decoderInputs")
    @Timeout(300)
    void decodesWhatOnceWasFoundOrIsAPlaceToStart(Path input) throws IOException {
        DecoderFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
    }

    @ParameterizedTest
    @MethodSource("sessionInputs")
    @Timeout(300)
    void livesThroughWhatOnceWasFoundOrIsAPlaceToStart(Path input) throws IOException {
        SessionFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
    }

    @Test
    @Timeout(4800)
    void decodesAnyBytesCutAnywhere() throws Exception {
        told(new Jazzer(DecoderFuzz.class, "decoder").fuzz(DECODER_RUNS, LIMIT), DECODER_RUNS);
    }

    @Test
    @Timeout(4800)
    void endsEveryFutureWhateverThePeerSends() throws Exception {
        told(new Jazzer(SessionFuzz.class, "session").fuzz(SESSION_RUNS, LIMIT), SESSION_RUNS);
    }

    private static void told(Jazzer.Report report, long wanted) {
        System.out.println("fuzz: " + report);
        assertThat(report.executions()).isGreaterThanOrEqualTo(wanted);
        // A fuzzer that sees no code cannot be guided by it.
        assertThat(report.edges()).isGreaterThan(100);
    }

    static List<Path> decoderInputs() throws IOException {
        return inputs("decoder");
    }

    static List<Path> sessionInputs() throws IOException {
        return inputs("session");
    }

    private static List<Path> inputs(String target) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/fuzz", target))) {
            return files.sorted().toList();
        }
    }
}
