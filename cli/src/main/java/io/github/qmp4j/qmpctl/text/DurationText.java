package io.github.qmp4j.qmpctl.text;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations as people write them: {@code 500ms}, {@code 5s}, {@code 2m}, {@code 1h}, or ISO's {@code PT5S}. */
public final class DurationText {
    private static final Pattern SHAPE = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private DurationText() {}

    /** Throws {@link IllegalArgumentException} if the text is not a duration, or not positive. */
    public static Duration parse(String text) {
        Duration duration = read(text.strip());
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException("'%s' is not positive".formatted(text));
        }
        return duration;
    }

    private static Duration read(String text) {
        Matcher matcher = SHAPE.matcher(text.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "'%s' is not a duration; write for example 500ms, 5s, 2m, 1h or PT5S".formatted(text), e);
        }
    }
}
