package io.github.qmp4j.blockjobs.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.qmp4j.blockjobs.PivotHooks;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Writes an object of this library as a JSON object: each property under its own name, one that is empty not at all, and the
 * {@code type} where an interface leaves it open. So a property that is added to any of them is written too.
 */
public final class RecordWriter {
    static final String TYPE = "type";

    private RecordWriter() {}

    /**
     * An object as JSON.
     *
     * @throws IllegalArgumentException for what is none of this library and none of the few types that its properties have
     */
    public static JsonNode write(Object value) {
        if (Property.areOf(value.getClass())) {
            return object(value);
        }
        if (value instanceof Collection<?> several) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            several.forEach(one -> array.add(write(one)));
            return array;
        }
        if (value instanceof Enum<?> constant) {
            return new TextNode(word(constant));
        }
        if (value instanceof String || value instanceof Duration || value instanceof Instant) {
            return new TextNode(value.toString());
        }
        if (value instanceof Boolean flag) {
            return BooleanNode.valueOf(flag);
        }
        if (value instanceof Long || value instanceof Integer) {
            return new LongNode(((Number) value).longValue());
        }
        throw new IllegalArgumentException(
                "no store can hold a " + value.getClass().getName());
    }

    private static ObjectNode object(Object value) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        boolean isOpen = List.of(value.getClass().getInterfaces()).stream().anyMatch(Class::isSealed);
        if (isOpen) {
            json.put(TYPE, word(value.getClass()));
        }
        for (Property property : Property.of(value.getClass())) {
            present(property.valueIn(value)).ifPresent(present -> json.set(property.name(), write(present)));
        }
        return json;
    }

    static Optional<?> present(Object value) {
        if (value instanceof PivotHooks) {
            // Code cannot be written down; the process that comes back gives its own.
            return Optional.empty();
        }
        if (value instanceof Optional<?> optional) {
            return optional;
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? Optional.of(optional.getAsLong()) : Optional.empty();
        }
        if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? Optional.of(optional.getAsInt()) : Optional.empty();
        }
        return Optional.of(value);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The class {@code PullRequest} is {@code pullRequest}. */
    static String word(Class<?> type) {
        String name = type.getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }
}
