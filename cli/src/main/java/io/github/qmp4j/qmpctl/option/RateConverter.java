package io.github.qmp4j.qmpctl.option;

import io.github.qmp4j.qmpctl.text.SizeText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A rate in bytes per second on the command line. */
public final class RateConverter implements ITypeConverter<Long> {

    @Override
    public Long convert(String text) {
        try {
            return SizeText.parseRate(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
