package io.github.qmp4j.qmpctl;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@link Interval} on the command line. */
final class IntervalConverter implements ITypeConverter<Duration> {

    @Override
    public Duration convert(String text) {
        try {
            return Interval.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
