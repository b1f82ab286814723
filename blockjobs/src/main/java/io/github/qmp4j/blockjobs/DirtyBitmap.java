package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A dirty bitmap of an image: it remembers what was written since it was cleared.
 *
 * @param name empty for one without a name, as a running job has
 * @param granularity how many bytes one bit stands for
 * @param dirtyBytes how many bytes are marked
 * @param recording whether it marks what is written now
 * @param persistent whether it is stored in its image when that is closed
 * @param busy whether a job or an export uses it, so that it cannot be changed
 * @param inconsistent whether it was not stored properly, and is good for nothing but to be removed
 */
public record DirtyBitmap(
        String name,
        long granularity,
        long dirtyBytes,
        boolean recording,
        boolean persistent,
        boolean busy,
        boolean inconsistent) {

    /** Those of an entry of {@code query-named-block-nodes}. */
    static List<DirtyBitmap> of(JsonNode entry) {
        return StreamSupport.stream(entry.path("dirty-bitmaps").spliterator(), false)
                .map(bitmap -> new DirtyBitmap(
                        bitmap.path("name").asText(),
                        bitmap.path("granularity").asLong(),
                        bitmap.path("count").asLong(),
                        bitmap.path("recording").asBoolean(),
                        bitmap.path("persistent").asBoolean(),
                        bitmap.path("busy").asBoolean(),
                        bitmap.path("inconsistent").asBoolean()))
                .toList();
    }
}
