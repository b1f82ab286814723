package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What QEMU replies, taken apart. */
final class Replies {
    private Replies() {}

    /** The elements of an array; none of anything else. */
    static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
