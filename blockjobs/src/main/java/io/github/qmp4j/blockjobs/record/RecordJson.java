package io.github.qmp4j.blockjobs.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStoreException;

/**
 * A {@link JobRecord} as JSON. A property may be added at any time to what it holds, since readers pass over what they do
 * not know; what would make an old reader wrong takes the next {@link #FORMAT}, which old readers refuse. So does a new name
 * of a property or a class.
 */
public final class RecordJson {
    private static final int FORMAT = 1;
    private static final String VERSION = "format";
    private static final String WHAT = "the record of a job";

    private RecordJson() {}

    public static ObjectNode write(JobRecord record) {
        return ((ObjectNode) RecordWriter.write(record)).put(VERSION, FORMAT);
    }

    public static JobRecord read(JsonNode json) {
        JsonNode format = json.path(VERSION);
        if (!format.isInt()) {
            throw new JobStoreException("%s is none: it does not say of which format it is".formatted(WHAT));
        }
        if (format.intValue() > FORMAT) {
            throw new JobStoreException(
                    "%s has format %d and this version of qmp4j reads up to %d; use the newer version"
                            .formatted(WHAT, format.intValue(), FORMAT));
        }
        return RecordReader.read(json, JobRecord.class, WHAT);
    }
}
