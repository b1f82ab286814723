package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The members of a JSON object in a record; each method throws {@link JobStoreException} when what is asked for is not
 * there, or is of another type.
 *
 * @param what what the object is, for the message
 */
record Members(JsonNode json, String what) {

    static Members of(JsonNode json, String what) {
        if (!json.isObject()) {
            throw new JobStoreException("%s is no JSON object".formatted(what));
        }
        return new Members(json, what);
    }

    /** How a constant is written down. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    String text(String name) {
        return member(name, JsonNodeType.STRING).asText();
    }

    Optional<String> optionalText(String name) {
        return json.has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    long number(String name) {
        JsonNode member = member(name, JsonNodeType.NUMBER);
        if (!member.canConvertToLong()) {
            throw wrong(name);
        }
        return member.asLong();
    }

    OptionalLong optionalNumber(String name) {
        return json.has(name) ? OptionalLong.of(number(name)) : OptionalLong.empty();
    }

    boolean flag(String name) {
        return member(name, JsonNodeType.BOOLEAN).asBoolean();
    }

    Members object(String name) {
        return of(member(name, JsonNodeType.OBJECT), what + "." + name);
    }

    Optional<Members> optionalObject(String name) {
        return json.has(name) ? Optional.of(object(name)) : Optional.empty();
    }

    List<Members> list(String name) {
        JsonNode array = member(name, JsonNodeType.ARRAY);
        return IntStream.range(0, array.size())
                .mapToObj(place -> of(array.get(place), "%s.%s[%d]".formatted(what, name, place)))
                .toList();
    }

    <E extends Enum<E>> E constant(String name, Class<E> type) {
        String word = text(name);
        for (E constant : type.getEnumConstants()) {
            if (word(constant).equals(word)) {
                return constant;
            }
        }
        throw wrong(name);
    }

    <E extends Enum<E>> Optional<E> optionalConstant(String name, Class<E> type) {
        return json.has(name) ? Optional.of(constant(name, type)) : Optional.empty();
    }

    JobStoreException wrong(String name) {
        return new JobStoreException(
                "%s has '%s' as %s, which this version of qmp4j cannot read".formatted(what, name, json.path(name)));
    }

    private JsonNode member(String name, JsonNodeType type) {
        JsonNode member = json.get(name);
        if (member == null) {
            throw new JobStoreException("%s lacks '%s'".formatted(what, name));
        }
        if (member.getNodeType() != type) {
            throw wrong(name);
        }
        return member;
    }
}
