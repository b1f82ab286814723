package io.github.qmp4j.blockjobs.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.qmp4j.blockjobs.PivotHooks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Writes a record as a JSON object: each component under its own name, one that is empty not at all, and the
 * {@code type} where an interface leaves it open. So a component that is added to any of them is written too.
 */
public final class RecordWriter {
    static final String TYPE = "type";

    private RecordWriter() {}

    /**
     * A record as JSON.
     *
     * @throws IllegalArgumentException for what is no record and none of the few types that records are made of here
     */
    public static JsonNode write(Object value) {
        if (value instanceof Record record) {
            return object(record);
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

    private static ObjectNode object(Record record) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        boolean isOpen = List.of(record.getClass().getInterfaces()).stream().anyMatch(Class::isSealed);
        if (isOpen) {
            json.put(TYPE, word(record.getClass()));
        }
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            present(value(record, component)).ifPresent(value -> json.set(component.getName(), write(value)));
        }
        return json;
    }

    static Object value(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("the accessor %s gives nothing".formatted(component), e);
        }
    }

    private static Optional<?> present(Object value) {
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

    /** The record {@code PullRequest} is {@code pullRequest}. */
    static String word(Class<?> type) {
        String name = type.getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }
}
