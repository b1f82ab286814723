package io.github.qmp4j.qmpctl.option;

import io.github.qmp4j.qmpctl.text.SizeText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option or argument that is a rate in bytes per second. */
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
