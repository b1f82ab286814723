package io.github.qmp4j;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A command for QEMU: its name, its arguments, and how its return value is read. Immutable.
 *
 * @param <R> what the return value is read as
 */
public final class QmpCommand<R> {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String name;
    private final ObjectNode arguments;
    private final Function<? super JsonNode, ? extends R> reader;

    private QmpCommand(String name, ObjectNode arguments, Function<? super JsonNode, ? extends R> reader) {
        this.name = name;
        this.arguments = arguments;
        this.reader = reader;
    }

    /** A command without arguments, for example {@code query-status}, whose return value is given as it came. */
    public static QmpCommand<JsonNode> of(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a QMP command needs a name");
        }
        return new QmpCommand<>(name, JsonNodeFactory.instance.objectNode(), json -> json);
    }

    /** A command with all its arguments at once, as they go over the wire. */
    public static QmpCommand<JsonNode> of(String name, ObjectNode arguments) {
        return new QmpCommand<>(of(name).name, arguments.deepCopy(), json -> json);
    }

    /**
     * This command with one argument more.
     *
     * @param value {@code null} leaves the argument out; Jackson's {@code NullNode} sends JSON's {@code null}; text,
     *     numbers, booleans, maps, collections and {@link JsonNode} are sent as what they are
     * @throws IllegalArgumentException for a {@link Path}, since a path for QEMU is text in QEMU's own file system, and for what
     *     cannot be turned into JSON
     */
    public QmpCommand<R> with(String argument, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        if (value instanceof Path) {
            throw new IllegalArgumentException(
                    "argument '%s' of %s is a Path; QEMU's file system may not be ours, so give the text that QEMU is to use"
                            .formatted(argument, name));
        }
        ObjectNode extended = arguments.deepCopy();
        extended.set(argument, json(argument, value));
        return new QmpCommand<>(name, extended, reader);
    }

    private JsonNode json(String argument, Object value) {
        try {
            return MAPPER.valueToTree(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "argument '%s' of %s is a %s, which cannot be turned into JSON; give text, numbers, booleans, maps, collections, or a JsonNode"
                            .formatted(argument, name, value.getClass().getName()),
                    e);
        }
    }

    /** This command with another way to read its return value; an exception of the reader fails the caller's future. */
    public <T> QmpCommand<T> returning(Function<? super JsonNode, ? extends T> newReader) {
        return new QmpCommand<>(name, arguments, newReader);
    }

    public String name() {
        return name;
    }

    /** A copy of the arguments. */
    public ObjectNode arguments() {
        return arguments.deepCopy();
    }

    /** Reads a return value of this command. */
    public R read(JsonNode value) {
        return reader.apply(value);
    }

    /** The command as it goes over the wire, without an id. */
    @Override
    public String toString() {
        ObjectNode whole = JsonNodeFactory.instance.objectNode().put("execute", name);
        if (!arguments.isEmpty()) {
            whole.set("arguments", arguments);
        }
        return whole.toString();
    }
}
