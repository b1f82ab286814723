package io.github.qmp4j.qmpctl;

import io.github.qmp4j.qmpctl.report.Amount;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A rate in bytes per second on the command line. */
final class RateConverter implements ITypeConverter<Long> {

    @Override
    public Long convert(String text) {
        try {
            return Amount.parseRate(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
