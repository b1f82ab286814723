package io.github.qmp4j.schema;

import io.github.qmp4j.schema.SchemaEntry.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Describes one entry of a schema in words. */
final class SchemaDescription {
    private final Map<String, SchemaType> types;

    SchemaDescription(Map<String, SchemaType> types) {
        this.types = types;
    }

    /** The place has at least one type; several of them are put together. */
    SchemaEntry of(SchemaPath place) {
        List<SchemaType.Struct> structs = place.types().stream()
                .map(this::struct)
                .flatMap(Optional::stream)
                .toList();
        return new SchemaEntry(
                place.types().stream().map(this::word).distinct().sorted().collect(Collectors.joining(" or ")),
                place.types().stream().flatMap(this::returned).findFirst(),
                place.features(),
                structs.stream().flatMap(this::members).toList(),
                structs.stream().flatMap(struct -> struct.tag().stream()).findFirst(),
                structs.stream().flatMap(this::variants).distinct().sorted().toList(),
                place.types().stream().flatMap(this::values).distinct().toList());
    }

    /** What has the members: the object itself, a command's arguments, an event's data. */
    private Optional<SchemaType.Struct> struct(SchemaType type) {
        @Nullable SchemaType holder = type;
        if (type instanceof SchemaType.Command command) {
            holder = types.get(command.arguments());
        } else if (type instanceof SchemaType.Event event) {
            holder = types.get(event.data());
        }
        return holder instanceof SchemaType.Struct struct ? Optional.of(struct) : Optional.empty();
    }

    private Stream<Member> members(SchemaType.Struct struct) {
        return struct.members().entrySet().stream().map(entry -> {
            SchemaType.Member member = entry.getValue();
            List<String> values = new ArrayList<>();
            collectValues(member.type(), values);
            return new Member(entry.getKey(), word(member.type()), member.optional(), member.features(), values);
        });
    }

    /** Variants without members of their own lead nowhere. */
    private Stream<String> variants(SchemaType.Struct struct) {
        return struct.variants().entrySet().stream()
                .filter(variant -> types.get(variant.getValue()) instanceof SchemaType.Struct more
                        && !(more.members().isEmpty() && more.variants().isEmpty()))
                .map(Map.Entry::getKey);
    }

    private Stream<String> returned(SchemaType type) {
        return type instanceof SchemaType.Command command
                        && !(types.get(command.result()) instanceof SchemaType.Struct result
                                && result.members().isEmpty())
                ? Stream.of(word(command.result()))
                : Stream.of();
    }

    private Stream<String> values(SchemaType type) {
        return type instanceof SchemaType.Enumeration enumeration
                ? enumeration.values().keySet().stream()
                : Stream.of();
    }

    private void collectValues(String name, Collection<String> values) {
        @Nullable SchemaType type = types.get(name);
        if (type instanceof SchemaType.Array array) {
            collectValues(array.element(), values);
        } else if (type != null) {
            values(type).forEach(values::add);
        }
    }

    private String word(String name) {
        @Nullable SchemaType type = types.get(name);
        return type == null ? "value" : word(type);
    }

    private String word(SchemaType type) {
        if (type instanceof SchemaType.Array array) {
            return "[" + word(array.element()) + "]";
        }
        if (type instanceof SchemaType.Alternate alternate) {
            return alternate.types().stream().map(this::word).distinct().collect(Collectors.joining(" or "));
        }
        if (type instanceof SchemaType.Builtin builtin) {
            return builtin.json();
        }
        if (type instanceof SchemaType.Enumeration) {
            return "enum";
        }
        if (type instanceof SchemaType.Struct) {
            return "object";
        }
        return type instanceof SchemaType.Command ? "command" : "event";
    }
}
