package io.github.qmp4j.qmpctl.option;

import io.github.qmp4j.qmpctl.text.SizeText;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option that is a size in bytes. */
public final class SizeConverter implements ITypeConverter<Long> {

    @Override
    public Long convert(String text) {
        try {
            return SizeText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
