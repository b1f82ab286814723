package io.github.qmp4j.blockjobs.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads values out of QEMU's replies. */
public final class Replies {
    private Replies() {}

    /** The elements of an array; none of anything else. */
    public static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
