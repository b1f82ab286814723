package io.github.qmp4j.blockjobs.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DirtyBitmap;
import io.github.qmp4j.blockjobs.text.Replies;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads what QEMU says of single images. */
public final class ImageReader {
    private ImageReader() {}

    /** Of an entry of {@code query-named-block-nodes}, or of what {@code query-block} says of the node of a device. */
    public static BlockNode node(JsonNode entry) {
        return image(
                entry.path("node-name").asText(),
                entry.path("image"),
                entry.path("ro").asBoolean(),
                bitmaps(entry));
    }

    /** Of a layer that {@code query-block} nests below the node of a device; of its bitmaps only the header tells then. */
    static BlockNode layer(String name, JsonNode image, boolean writable) {
        return image(name, image, !writable, stored(image, writable));
    }

    private static BlockNode image(String name, JsonNode image, boolean readOnly, List<DirtyBitmap> bitmaps) {
        return new BlockNode(
                Optional.of(name),
                image.path("filename").asText(),
                image.path("format").asText(),
                image.path("virtual-size").asLong(),
                image.has("actual-size")
                        ? OptionalLong.of(image.path("actual-size").asLong())
                        : OptionalLong.empty(),
                readOnly,
                text(image, "backing-filename"),
                image.path("encrypted").asBoolean(),
                bitmaps,
                text(image, "backing-filename-format"));
    }

    private static Optional<String> text(JsonNode json, String member) {
        return Optional.of(json.path(member).asText()).filter(text -> !text.isEmpty());
    }

    private static List<DirtyBitmap> bitmaps(JsonNode entry) {
        return Replies.stream(entry.path("dirty-bitmaps"))
                .map(bitmap -> new DirtyBitmap(
                        bitmap.path("name").asText(),
                        bitmap.path("granularity").asLong(),
                        OptionalLong.of(bitmap.path("count").asLong()),
                        bitmap.path("recording").asBoolean(),
                        bitmap.path("persistent").asBoolean(),
                        bitmap.path("busy").asBoolean(),
                        bitmap.path("inconsistent").asBoolean()))
                .toList();
    }

    /** While an image is open for writing, its header calls every bitmap in use. */
    private static List<DirtyBitmap> stored(JsonNode image, boolean writable) {
        return Replies.stream(image.at("/format-specific/data/bitmaps"))
                .map(bitmap -> new DirtyBitmap(
                        bitmap.path("name").asText(),
                        bitmap.path("granularity").asLong(),
                        OptionalLong.empty(),
                        has(bitmap, "auto"),
                        true,
                        false,
                        !writable && has(bitmap, "in-use")))
                .toList();
    }

    /** Of what QEMU says of an image. */
    static Set<InternalSnapshot> snapshots(JsonNode image) {
        return Replies.stream(image.path("snapshots"))
                .map(snapshot -> new InternalSnapshot(
                        snapshot.path("name").asText(),
                        Instant.ofEpochSecond(
                                snapshot.path("date-sec").asLong(),
                                snapshot.path("date-nsec").asLong())))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean has(JsonNode bitmap, String flag) {
        return Replies.stream(bitmap.path("flags")).anyMatch(one -> one.asText().equals(flag));
    }
}
