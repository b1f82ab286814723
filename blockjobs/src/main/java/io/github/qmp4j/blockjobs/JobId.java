package io.github.qmp4j.blockjobs;

import java.util.regex.Pattern;

/**
 * The id of a job, unique in one QEMU while the job exists there.
 *
 * @param value starts with a letter; letters, digits, {@code -}, {@code .} and {@code _} follow, as QEMU demands
 */
public record JobId(String value) {
    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*");

    public JobId {
        if (!WELL_FORMED.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is no job-id: it must start with a letter, and only letters, digits, '-', '.' and '_' may follow"
                            .formatted(value));
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
