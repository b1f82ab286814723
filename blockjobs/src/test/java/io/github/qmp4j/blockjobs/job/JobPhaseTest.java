package io.github.qmp4j.blockjobs.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.blockjobs.job.JobPhase.Action;
import io.github.qmp4j.blockjobs.job.JobPhase.Signal;
import io.github.qmp4j.blockjobs.job.JobPhase.Step;
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
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The table of a job's life, phase by phase. */
class JobPhaseTest {
    private static final List<Signal> SIGNALS = List.of(Signal.values());

    private static JobPhase after(JobPhase phase, Signal... signals) {
        return Stream.of(signals).reduce(phase, (now, signal) -> now.on(signal).next(), (one, other) -> other);
    }

    /** An end before the answer may be an earlier job's, so it must not count as the end of this one. */
    @ParameterizedTest
    @EnumSource(names = {"SENT", "SENT_END_HEARD", "CREATED", "CREATED_END_HEARD"})
    void believesNoEndBeforeTheCommandIsAnsweredAndLooksThen(JobPhase phase) {
        assertThat(phase.on(Signal.END).action()).isEqualTo(Action.NONE);
        assertThat(after(phase, Signal.END).isOver()).isFalse();
        assertThat(after(phase, Signal.END).on(Signal.REPLY).action()).isEqualTo(Action.ASK);
        assertThat(after(phase, Signal.END).on(Signal.NO_REPLY).action()).isEqualTo(Action.ASK);
        assertThat(after(phase, Signal.END, Signal.CREATION).on(Signal.REPLY).action())
                .as("the creation shows that the end was another's")
                .isEqualTo(Action.NONE);
    }

    @ParameterizedTest
    @EnumSource(names = {"ACCEPTED", "IN_DOUBT", "KNOWN"})
    void readsTheResultAtTheFirstEndAndOnlyThen(JobPhase phase) {
        assertThat(phase.on(Signal.END).action()).isEqualTo(Action.READ);
        assertThat(after(phase, Signal.END).on(Signal.END).action()).isEqualTo(Action.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void decidesOnceAndForGood(JobPhase phase) {
        JobPhase decided = after(phase, Signal.OUTCOME);
        assertThat(decided.isDecided()).isTrue();
        assertThat(SIGNALS).allMatch(signal -> decided.on(signal).equals(new Step(decided, Action.NONE)));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = "DECIDED.*")
    void decidesByWhatIsKnownWhereNothingMoreCanBeFoundOut(JobPhase phase) {
        assertThat(phase.on(Signal.LOST).action()).isEqualTo(Action.DECIDE);
        assertThat(after(phase, Signal.LOST).isOver()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void neverTakesBackThatTheJobIsThereNorThatItIsOver(JobPhase phase) {
        assertThat(SIGNALS).allSatisfy(signal -> {
            assertThat(after(phase, signal).isThere()).isIn(true, phase.isThere());
            assertThat(after(phase, signal).isOver()).isIn(true, phase.isOver());
        });
    }

    @ParameterizedTest
    @EnumSource
    void takesNoReplyAndNoEndForAJobThatIsThere(JobPhase phase) {
        for (Signal signal : List.of(Signal.NO_REPLY, Signal.END, Signal.LOST, Signal.OUTCOME)) {
            assertThat(after(phase, signal).isThere()).isEqualTo(phase.isThere());
        }
    }

    /** Another client may start a job of the same id as soon as ours is gone. */
    @Test
    void hearsNothingOfALaterJobOfTheSameId() {
        JobPhase reading = after(JobPhase.KNOWN, Signal.END);
        assertThat(reading.isHeard()).isTrue();
        assertThat(reading.on(Signal.CREATION).action()).isEqualTo(Action.NONE);
        assertThat(after(reading, Signal.CREATION).isHeard()).isFalse();
    }

    /** The table in the documentation: a cell is the next phase, and what is to be done. */
    @Test
    void standsInTheDocumentation() throws IOException {
        List<String> table = Stream.concat(
                        Stream.of(row("phase", SIGNALS.stream().map(JobPhaseTest::words))),
                        Stream.of(JobPhase.values())
                                .map(phase -> row(
                                        words(phase), SIGNALS.stream().map(signal -> cell(phase, phase.on(signal))))))
                .toList();
        assertThat(Files.readAllLines(Path.of("../docs/architecture.md"))).containsSubsequence(table);
    }

    private static String cell(JobPhase from, Step step) {
        String next = step.next() == from ? "" : words(step.next());
        String action = step.action() == Action.NONE ? "" : "**" + words(step.action()) + "**";
        return (next + " " + action).strip();
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String row(String first, Stream<String> cells) {
        return "| " + first + " | " + cells.collect(Collectors.joining(" | ")) + " |";
    }
}
