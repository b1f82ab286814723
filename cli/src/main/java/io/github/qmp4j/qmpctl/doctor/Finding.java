package io.github.qmp4j.qmpctl.doctor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.qmpctl.output.AnsiColor;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.Optional;

/**
 * The result of one check.
 *
 * @param subject what was checked: monitor, QEMU, features, job, node or nodes
 * @param advice what the operator can do; empty if nothing is necessary
 */
public record Finding(Level level, String subject, String text, Optional<String> advice) {
    private static final int LEVEL_WIDTH = 6;
    private static final int SUBJECT_WIDTH = 10;

    /** How serious it is. */
    public enum Level {
        OK,
        /** Nothing is wrong, but an operator may want to know it. */
        NOTE,
        /** A program left it behind. */
        WARN,
        /** There is no session. */
        FAIL
    }

    static Finding ok(String subject, String text) {
        return new Finding(Level.OK, subject, text, Optional.empty());
    }

    static Finding note(String subject, String text, String advice) {
        return new Finding(Level.NOTE, subject, text, Optional.of(advice));
    }

    static Finding warn(String subject, String text, String advice) {
        return new Finding(Level.WARN, subject, text, Optional.of(advice));
    }

    /** One line for people. */
    public String line(AnsiColor color) {
        String word = Json.word(level);
        String padded = word + " ".repeat(LEVEL_WIDTH - word.length());
        String coloured =
                switch (level) {
                    case OK -> color.green(padded);
                    case NOTE -> padded;
                    case WARN -> color.yellow(padded);
                    case FAIL -> color.red(padded);
                };
        return coloured
                + subject
                + " ".repeat(SUBJECT_WIDTH - subject.length())
                + text
                + advice.map(what -> "; " + what).orElse("");
    }

    /** One line for programs. */
    public ObjectNode json() {
        return Json.line("finding")
                .put("level", Json.word(level))
                .put("subject", subject)
                .put("text", text)
                .put("advice", advice.orElse(null));
    }
}
