package io.github.qmp4j.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads the return value of {@code query-qmp-schema}. Kinds of entities that are not known here are passed over. */
final class SchemaReader {
    private SchemaReader() {}

    static Map<String, SchemaType> read(JsonNode entities) {
        Map<String, SchemaType> byName = new HashMap<>();
        entities.forEach(entity ->
                type(entity).ifPresent(type -> byName.put(entity.path("name").asText(), type)));
        return Map.copyOf(byName);
    }

    private static Optional<SchemaType> type(JsonNode entity) {
        Set<String> features = features(entity);
        return Optional.ofNullable(
                switch (entity.path("meta-type").asText()) {
                    case "command" ->
                        new SchemaType.Command(text(entity, "arg-type"), text(entity, "ret-type"), features);
                    case "event" -> new SchemaType.Event(text(entity, "arg-type"), features);
                    case "object" -> new SchemaType.Struct(members(entity), tag(entity), variants(entity), features);
                    case "enum" -> new SchemaType.Enumeration(values(entity), features);
                    case "array" -> new SchemaType.Array(text(entity, "element-type"), features);
                    case "alternate" ->
                        new SchemaType.Alternate(
                                stream(entity, "members")
                                        .map(member -> text(member, "type"))
                                        .toList(),
                                features);
                    case "builtin" -> new SchemaType.Builtin(text(entity, "json-type"), features);
                    default -> null;
                });
    }

    private static Map<String, SchemaType.Member> members(JsonNode entity) {
        Map<String, SchemaType.Member> members = new LinkedHashMap<>();
        stream(entity, "members")
                .forEach(member -> members.put(
                        text(member, "name"),
                        // A default, though always null, is how the schema says that a member may be left out.
                        new SchemaType.Member(text(member, "type"), member.has("default"), features(member))));
        return members;
    }

    private static Optional<String> tag(JsonNode entity) {
        return Optional.of(text(entity, "tag")).filter(tag -> !tag.isEmpty());
    }

    private static Map<String, String> variants(JsonNode entity) {
        Map<String, String> variants = new LinkedHashMap<>();
        stream(entity, "variants").forEach(variant -> variants.put(text(variant, "case"), text(variant, "type")));
        return variants;
    }

    /** From QEMU 6.2 on the values are in {@code members}, with their features; before that only in {@code values}. */
    private static Map<String, Set<String>> values(JsonNode entity) {
        Map<String, Set<String>> values = new LinkedHashMap<>();
        stream(entity, "values").forEach(value -> values.put(value.asText(), Set.of()));
        stream(entity, "members").forEach(value -> values.put(text(value, "name"), features(value)));
        return values;
    }

    private static Set<String> features(JsonNode entity) {
        return stream(entity, "features").map(JsonNode::asText).collect(Collectors.toUnmodifiableSet());
    }

    private static Stream<JsonNode> stream(JsonNode entity, String member) {
        return StreamSupport.stream(entity.path(member).spliterator(), false);
    }

    private static String text(JsonNode entity, String member) {
        return entity.path(member).asText();
    }
}
