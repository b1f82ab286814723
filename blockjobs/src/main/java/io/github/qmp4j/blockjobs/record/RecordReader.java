package io.github.qmp4j.blockjobs.record;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobStoreException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads back what {@link RecordWriter} wrote; each method throws {@link JobStoreException} when it cannot. A property that
 * an older version did not know has its default, or is empty, 0 or false.
 */
final class RecordReader {
    private RecordReader() {}

    static <T> T read(JsonNode json, Class<T> type, String what) {
        return type.cast(value(json, type, what));
    }

    private static Object value(JsonNode json, Type type, String what) {
        if (type instanceof ParameterizedType generic) {
            return generic(json, generic, what);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isSealed() || Property.areOf(plain)) {
            if (!json.isObject()) {
                throw wrong(what, json);
            }
            return object(json, plain.isSealed() ? chosen(json, plain, what) : plain, what);
        }
        if (plain.isEnum()) {
            return constant(json, plain, what);
        }
        return scalar(json, plain, what);
    }

    private static Object generic(JsonNode json, ParameterizedType type, String what) {
        Type of = type.getActualTypeArguments()[0];
        if (type.getRawType().equals(Optional.class)) {
            return Optional.of(value(json, of, what));
        }
        if (!json.isArray()) {
            throw wrong(what, json);
        }
        List<Object> several = new ArrayList<>();
        json.forEach(one -> several.add(value(one, of, "%s[%d]".formatted(what, several.size()))));
        return type.getRawType().equals(Set.class) ? Set.copyOf(several) : List.copyOf(several);
    }

    private static Object scalar(JsonNode json, Class<?> type, String what) {
        if (json.isTextual()) {
            return text(json, type, what);
        }
        if (type == boolean.class && json.isBoolean()) {
            return json.booleanValue();
        }
        if (json.canConvertToLong() && json.isIntegralNumber()) {
            if (type == long.class) {
                return json.longValue();
            }
            if (type == OptionalLong.class) {
                return OptionalLong.of(json.longValue());
            }
            if (json.canConvertToInt() && (type == int.class || type == OptionalInt.class)) {
                return type == int.class ? (Object) json.intValue() : OptionalInt.of(json.intValue());
            }
        }
        throw wrong(what, json);
    }

    private static Object text(JsonNode json, Class<?> type, String what) {
        String text = json.textValue();
        try {
            if (type == String.class) {
                return text;
            }
            if (type == Instant.class) {
                return Instant.parse(text);
            }
            if (type == Duration.class) {
                return Duration.parse(text);
            }
        } catch (DateTimeException e) {
            throw new JobStoreException(String.valueOf(wrong(what, json).getMessage()), e);
        }
        throw wrong(what, json);
    }

    private static Object constant(JsonNode json, Class<?> type, String what) {
        for (Object constant : type.getEnumConstants()) {
            if (json.isTextual() && RecordWriter.word((Enum<?>) constant).equals(json.textValue())) {
                return constant;
            }
        }
        throw wrong(what, json);
    }

    private static Class<?> chosen(JsonNode json, Class<?> type, String what) {
        for (Class<?> one : type.getPermittedSubclasses()) {
            if (RecordWriter.word(one).equals(json.path(RecordWriter.TYPE).asText())) {
                return one;
            }
        }
        throw wrong(what + "." + RecordWriter.TYPE, json.path(RecordWriter.TYPE));
    }

    private static Object object(JsonNode json, Class<?> type, String what) {
        List<Property> properties = Property.of(type);
        List<Property> first =
                properties.stream().filter(Property::isGivenFirst).toList();
        Class<?>[] types = first.stream().map(Property::plain).toArray(Class<?>[]::new);
        Object[] values = first.stream()
                .map(property -> json.has(property.name())
                        ? member(json, property, what)
                        : absent(property.plain(), what + "." + property.name()))
                .toArray();
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            Object made = constructor.newInstance(values);
            for (Property property : properties) {
                if (!property.isGivenFirst() && json.has(property.name())) {
                    made = property.changed(made, member(json, property, what));
                }
            }
            return made;
        } catch (InvocationTargetException e) {
            throw new JobStoreException(
                    "%s makes no sense: %s".formatted(what, e.getCause() == null ? e : e.getCause()), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("an object that cannot be made: " + type, e);
        }
    }

    private static Object member(JsonNode json, Property property, String what) {
        return value(json.get(property.name()), property.type(), what + "." + property.name());
    }

    private static Object absent(Class<?> type, String what) {
        if (type == Optional.class) {
            return Optional.empty();
        }
        if (type == OptionalLong.class) {
            return OptionalLong.empty();
        }
        if (type == OptionalInt.class) {
            return OptionalInt.empty();
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == long.class) {
            return 0L;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == List.class) {
            return List.of();
        }
        throw new JobStoreException("%s is missing".formatted(what));
    }

    private static JobStoreException wrong(String what, JsonNode json) {
        return new JobStoreException("%s is %s, which this version of qmp4j cannot read".formatted(what, json));
    }
}
