package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Follows a path such as {@code block-stream/arg/on-error/^enospc} through the answer of {@code query-qmp-schema}. It shares no code
 * with the client under test, so that it can check it.
 *
 * @param entities what the schema consists of, by name
 */
record SchemaPath(Map<String, JsonNode> entities) {

    static SchemaPath in(JsonNode schema) {
        Map<String, JsonNode> entities = new HashMap<>();
        schema.forEach(entity -> entities.put(entity.path("name").asText(), entity));
        return new SchemaPath(entities);
    }

    boolean exists(String path) {
        String[] parts = path.split("/", -1);
        JsonNode first = entity(parts[0]);
        List<JsonNode> at = List.of("command", "event").contains(meta(first)) ? List.of(first) : List.of();
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            at = at.stream().flatMap(each -> step(each, part)).toList();
        }
        return !at.isEmpty();
    }

    /** From an entity, or a member of one, to all that the next part of a path may mean there. */
    private Stream<JsonNode> step(JsonNode at, String part) {
        return part.startsWith("$")
                ? named(at.path("features"), part.substring(1))
                : types(at).flatMap(type -> switch (meta(type)) {
                    case "command", "event" -> ofCommand(type, part);
                    case "object" -> members(type, part);
                    case "enum" -> part.startsWith("^") ? value(type, part.substring(1)) : Stream.empty();
                    default -> Stream.empty();
                });
    }

    private Stream<JsonNode> ofCommand(JsonNode command, String part) {
        return switch (part) {
            case "arg", "data" -> Stream.of(entity(command.path("arg-type").asText()));
            case "ret" -> Stream.of(entity(command.path("ret-type").asText()));
            default -> Stream.empty();
        };
    }

    /** Its own, and those of all its variants. */
    private Stream<JsonNode> members(JsonNode object, String name) {
        Stream<JsonNode> ofVariants = stream(object.path("variants"))
                .flatMap(variant -> types(variant))
                .flatMap(variant -> members(variant, name));
        return Stream.concat(named(object.path("members"), name), ofVariants);
    }

    /** Before QEMU 6.2 the values are a list of names only. */
    private static Stream<JsonNode> value(JsonNode enumeration, String name) {
        return named(enumeration.path(enumeration.has("members") ? "members" : "values"), name);
    }

    /** An entity is itself, a member is of the types that it may have; arrays and alternates are looked through. */
    private Stream<JsonNode> types(JsonNode at) {
        return switch (meta(at)) {
            case "" -> at.has("type") ? types(entity(at.path("type").asText())) : Stream.empty();
            case "array" -> types(entity(at.path("element-type").asText()));
            case "alternate" -> stream(at.path("members")).flatMap(this::types);
            default -> Stream.of(at);
        };
    }

    /** Those of a list of objects, or of mere names, that are called so. */
    private static Stream<JsonNode> named(JsonNode list, String name) {
        return stream(list)
                .filter(each -> each.equals(JsonNodeFactory.instance.textNode(name))
                        || each.path("name").asText().equals(name));
    }

    private static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    private JsonNode entity(String name) {
        return entities.getOrDefault(name, MissingNode.getInstance());
    }

    private static String meta(JsonNode entity) {
        return entity.path("meta-type").asText();
    }
}
