package io.github.qmp4j.qmpctl.text;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;

/** Writes numbers as people read them: {@code 51.2 MiB}, {@code 64.0 MiB/s}, {@code 1m31s}. */
public final class Quantity {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int BITS_PER_UNIT = 10;
    private static final double LEAST_OF_NEXT_UNIT = 1023.95;

    private Quantity() {}

    public static String bytes(long bytes) {
        int unit = unitOf(bytes);
        return inUnit(bytes, unit) + " " + UNITS[unit];
    }

    /** A dash if the size is not known. */
    public static String bytes(OptionalLong bytes) {
        return bytes.isPresent() ? bytes(bytes.getAsLong()) : "-";
    }

    public static String rate(long bytesPerSecond) {
        return bytes(bytesPerSecond) + "/s";
    }

    /** As short as a person would type it: {@code 64M}, {@code 1.5G}, {@code 512}. */
    public static String brief(long bytes) {
        int unit = unitOf(bytes);
        return inUnit(bytes, unit).replace(".0", "") + (unit == 0 ? "" : UNITS[unit].substring(0, 1));
    }

    /** Both in the unit of the second, for example {@code 21.0/51.2 MiB}. */
    public static String part(long bytes, long whole) {
        int unit = unitOf(whole);
        return inUnit(bytes, unit) + "/" + inUnit(whole, unit) + " " + UNITS[unit];
    }

    public static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds >= 3600) {
            return "%dh%02dm".formatted(duration.toHours(), duration.toMinutesPart());
        }
        return seconds >= 60 ? "%dm%02ds".formatted(duration.toMinutes(), duration.toSecondsPart()) : seconds + "s";
    }

    /** With a decimal, for a time that is over: {@code 2.1 s}. */
    public static String elapsed(Duration duration) {
        return duration.toSeconds() >= 60
                ? duration(duration)
                : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static int unitOf(long bytes) {
        int unit = 0;
        while (unit < UNITS.length - 1 && scaled(bytes, unit) >= LEAST_OF_NEXT_UNIT) {
            unit++;
        }
        return unit;
    }

    private static String inUnit(long bytes, int unit) {
        return unit == 0 ? Long.toString(bytes) : String.format(Locale.ROOT, "%.1f", scaled(bytes, unit));
    }

    private static double scaled(long bytes, int unit) {
        return bytes / (double) (1L << (BITS_PER_UNIT * unit));
    }
}
