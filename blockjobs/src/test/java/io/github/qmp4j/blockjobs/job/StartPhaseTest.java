package io.github.qmp4j.blockjobs.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.job.StartPhase.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of a start, phase by phase. */
class StartPhaseTest {
    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String row(String first, Stream<String> cells) {
        return "| " + first + " | " + cells.collect(Collectors.joining(" | ")) + " |";
    }

    /** An end before the answer may be an earlier job's, so it must not count as the end of this one. */
    @ParameterizedTest
    @EnumSource
    void believesAnEndOnlyOnceTheCommandIsAnswered(StartPhase phase) {
        assertThat(phase.after(Signal.END).isAnswered()).isEqualTo(phase.isAnswered());
        if (!phase.isAnswered()) {
            assertThat(phase.after(Signal.END).hasHeardAnEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void forgetsAnEndThatCameBeforeTheCreation(StartPhase phase) {
        assertThat(phase.after(Signal.CREATION).hasHeardAnEnd()).isFalse();
        assertThat(phase.after(Signal.CREATION).isHeard()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void isAnsweredByAReplyOrItsLackAndStaysSo(StartPhase phase) {
        assertThat(phase.after(Signal.REPLY).isAnswered()).isTrue();
        assertThat(phase.after(Signal.NO_REPLY).isAnswered()).isTrue();
        if (phase.isAnswered()) {
            assertThat(Signal.values()).allMatch(signal -> phase.after(signal).isAnswered());
        }
    }

    /** What is known is never forgotten. */
    @ParameterizedTest
    @EnumSource
    void neverTakesBackThatTheJobIsThere(StartPhase phase) {
        if (phase.isThere()) {
            assertThat(Signal.values()).allMatch(signal -> phase.after(signal).isThere());
        }
        assertThat(Signal.values()).allMatch(signal -> StartPhase.KNOWN.after(signal) == StartPhase.KNOWN);
    }

    @ParameterizedTest
    @EnumSource
    void takesNoReplyForNoJobOnlyWhereNothingWasHeard(StartPhase phase) {
        assertThat(phase.after(Signal.NO_REPLY).isThere()).isEqualTo(phase.isThere());
        assertThat(phase.after(Signal.REPLY).isThere()).isTrue();
    }

    @Test
    void standsInTheDocumentation() throws IOException {
        List<String> table = Stream.concat(
                        Stream.of(row("phase", Stream.of(Signal.values()).map(StartPhaseTest::words))),
                        Stream.of(StartPhase.values())
                                .map(phase -> row(
                                        words(phase),
                                        Stream.of(Signal.values()).map(signal -> words(phase.after(signal))))))
                .toList();
        assertThat(Files.readAllLines(Path.of("../docs/architecture.md"))).containsSubsequence(table);
    }
}
