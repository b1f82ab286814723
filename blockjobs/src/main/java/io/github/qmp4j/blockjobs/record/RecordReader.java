package io.github.qmp4j.blockjobs.record;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobStoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads back what {@link RecordWriter} wrote; each method throws {@link JobStoreException} when it cannot. A component that
 * an older version did not know has the value that the defaults have, or is empty, 0 or false.
 *
 * @param defaults by their class: for the components of these records that are not there
 */
record RecordReader(Map<Class<?>, Record> defaults) {

    <T> T read(JsonNode json, Class<T> type, String what) {
        return type.cast(value(json, type, what));
    }

    private Object value(JsonNode json, Type type, String what) {
        if (type instanceof ParameterizedType generic) {
            return generic(json, generic, what);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord() || plain.isSealed()) {
            if (!json.isObject()) {
                throw wrong(what, json);
            }
            return record(json, plain.isSealed() ? chosen(json, plain, what) : plain, what);
        }
        if (plain.isEnum()) {
            return constant(json, plain, what);
        }
        return scalar(json, plain, what);
    }

    private Object generic(JsonNode json, ParameterizedType type, String what) {
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

    private Object record(JsonNode json, Class<?> type, String what) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            JsonNode member = json.get(components[i].getName());
            String name = what + "." + components[i].getName();
            types[i] = components[i].getType();
            values[i] = member == null
                    ? absent(components[i], defaults.get(type), name)
                    : value(member, components[i].getGenericType(), name);
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new JobStoreException(
                    "%s makes no sense: %s".formatted(what, e.getCause() == null ? e : e.getCause()), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record that cannot be made: " + type, e);
        }
    }

    private static Object absent(RecordComponent component, @Nullable Record template, String what) {
        if (template != null) {
            return RecordWriter.value(template, component);
        }
        Class<?> type = component.getType();
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
        throw new JobStoreException("%s is not there".formatted(what));
    }

    private static JobStoreException wrong(String what, JsonNode json) {
        return new JobStoreException("%s is %s, which this version of qmp4j cannot read".formatted(what, json));
    }
}
