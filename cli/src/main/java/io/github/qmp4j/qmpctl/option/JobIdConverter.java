package io.github.qmp4j.qmpctl.option;

import io.github.qmp4j.blockjobs.JobId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option or argument that is a job-id. */
public final class JobIdConverter implements ITypeConverter<JobId> {

    @Override
    public JobId convert(String text) {
        try {
            return new JobId(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
