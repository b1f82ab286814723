package io.github.qmp4j.blockjobs.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import java.util.Set;
import java.util.TreeSet;

/**
 * The work that a key stands for: all of a request except the parts that may change between calls, the verb at READY and the settings.
 * Of these only what changes the images counts, the rules for bitmaps and for plain text.
 */
public final class KeyedWork {
    private static final String SETTINGS = "settings";

    private KeyedWork() {}

    /**
     * Refuses a request that is not the one that the key stands for.
     *
     * @throws JobConflictException if they are not the same work; the message names the components that differ
     */
    public static void requireSame(JobId id, BlockJobRequest known, BlockJobRequest asked) {
        JsonNode one = work(known);
        JsonNode other = work(asked);
        Set<String> differing = new TreeSet<>();
        one.fieldNames().forEachRemaining(differing::add);
        other.fieldNames().forEachRemaining(differing::add);
        differing.removeIf(name -> one.path(name).equals(other.path(name)));
        if (!differing.isEmpty()) {
            throw new JobConflictException(
                    id,
                    "the key of job %s stands for another piece of work (%s) than this one (%s): %s differs; give it a key of its own"
                            .formatted(id, named(known), named(asked), String.join(", ", differing)));
        }
    }

    private static JsonNode work(BlockJobRequest request) {
        ObjectNode work = (ObjectNode) RecordWriter.write(request);
        work.remove("whenReady");
        JsonNode settings = work.remove(SETTINGS);
        for (String lasting : Set.of("bitmaps", "plainText")) {
            work.set(lasting, settings.path(lasting));
        }
        return work;
    }

    private static String named(BlockJobRequest request) {
        String kind = RecordWriter.word(request.getClass()).replace("Request", "");
        return "%s of disk %s".formatted(kind, request.disk());
    }
}
