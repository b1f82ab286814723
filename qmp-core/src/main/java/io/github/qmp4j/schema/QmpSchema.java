package io.github.qmp4j.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The commands and events of one QEMU, as its {@code query-qmp-schema} describes them. Whether QEMU can do something is asked
 * here and never of its version: distributions port features back.
 *
 * <h2>Paths</h2>
 *
 * {@link #has} takes a path whose parts are parted by {@code /}:
 *
 * <ul>
 *   <li>the name of a command, then {@code arg} or {@code ret} for its arguments or return value
 *   <li>the name of an event, then {@code data}
 *   <li>the name of a member; {@code *name} only if it is optional. Arrays are looked through
 *   <li>{@code +case} for a variant of a union
 *   <li>{@code ^value} for a value of an enumeration
 *   <li>{@code !type} for a JSON type: {@code string}, {@code int}, {@code number}, {@code boolean}, {@code null}
 *   <li>{@code $feature} for a flag of what the path names so far, or of its type, for example
 *       {@code block-commit/arg/top/$deprecated}
 * </ul>
 */
public final class QmpSchema {
    private final Map<String, SchemaType> types;

    private QmpSchema(Map<String, SchemaType> types) {
        this.types = types;
    }

    /** Reads the return value of {@code query-qmp-schema}. */
    public static QmpSchema of(JsonNode entities) {
        return new QmpSchema(SchemaReader.read(entities));
    }

    /** The names of all commands, sorted. */
    public Set<String> commands() {
        return names(SchemaType.Command.class);
    }

    /** The names of all events, sorted. */
    public Set<String> events() {
        return names(SchemaType.Event.class);
    }

    private Set<String> names(Class<? extends SchemaType> kind) {
        Set<String> names = new TreeSet<>();
        types.forEach((name, type) -> {
            if (kind.isInstance(type)) {
                names.add(name);
            }
        });
        return names;
    }

    public boolean hasCommand(String command) {
        return types.get(command) instanceof SchemaType.Command;
    }

    /** Whether {@code command} takes {@code argument}, in any of its variants. */
    public boolean hasArgument(String command, String argument) {
        return types.get(command) instanceof SchemaType.Command known
                && hasMember(types.get(known.arguments()), argument);
    }

    private boolean hasMember(@Nullable SchemaType type, String member) {
        return type instanceof SchemaType.Struct struct
                && (struct.members().containsKey(member)
                        || struct.variants().values().stream()
                                .anyMatch(variant -> hasMember(types.get(variant), member)));
    }

    public boolean hasEvent(String event) {
        return types.get(event) instanceof SchemaType.Event;
    }

    /** Whether there is what a path names; see this class for how paths are written. */
    public boolean has(String path) {
        return SchemaPath.exists(types, path);
    }

    /** What stands at a path that names no flag; empty if there is nothing. See this class for how paths are written. */
    public Optional<SchemaEntry> at(String path) {
        SchemaPath place = SchemaPath.follow(types, path);
        return place.types().isEmpty() ? Optional.empty() : Optional.of(new SchemaDescription(types).of(place));
    }

    /** Whether QEMU flags a command as deprecated; false for one that it does not have. */
    public boolean isDeprecated(String command) {
        return has(command + "/$deprecated");
    }

    /** Whether QEMU flags a command as unstable; false for one that it does not have. */
    public boolean isUnstable(String command) {
        return has(command + "/$unstable");
    }

    /**
     * What QEMU would not accept of a command, one sentence each, with the path of the argument; empty if nothing.
     * Deprecated arguments are accepted.
     */
    public List<String> problems(QmpCommand<?> command) {
        return new SchemaCheck(types).problems(command.name(), command.arguments());
    }
}
