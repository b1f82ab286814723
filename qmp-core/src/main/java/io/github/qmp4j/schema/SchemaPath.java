package io.github.qmp4j.schema;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Follows a path through the types of a schema.
 *
 * @param types where the path stands: one type, or several after an alternate
 * @param features the flags of what was named last
 */
record SchemaPath(Set<SchemaType> types, Set<String> features) {
    private static final SchemaPath NOWHERE = new SchemaPath(Set.of(), Set.of());

    static boolean exists(Map<String, SchemaType> all, String path) {
        int flag = path.lastIndexOf("/$");
        return flag < 0
                ? !follow(all, path).equals(NOWHERE)
                : follow(all, path.substring(0, flag)).features.contains(path.substring(flag + 2));
    }

    /** Where a path leads that names no flag; to no type if there is nothing. */
    static SchemaPath follow(Map<String, SchemaType> all, String path) {
        String[] parts = path.split("/", -1);
        SchemaType first = all.get(parts[0]);
        SchemaPath at = first instanceof SchemaType.Command || first instanceof SchemaType.Event
                ? new SchemaPath(Set.of(first), first.features())
                : NOWHERE;
        for (int i = 1; i < parts.length && !at.equals(NOWHERE); i++) {
            at = at.step(all, parts[i]);
        }
        return at;
    }

    private SchemaPath step(Map<String, SchemaType> all, String part) {
        Set<SchemaType> reached = new HashSet<>();
        Set<String> flags = new HashSet<>();
        boolean found = false;
        for (SchemaType type : types) {
            SchemaPath next = step(all, type, part);
            found |= !next.equals(NOWHERE);
            reached.addAll(next.types);
            flags.addAll(next.features);
        }
        return found ? new SchemaPath(reached, flags) : NOWHERE;
    }

    private static SchemaPath step(Map<String, SchemaType> all, SchemaType type, String part) {
        if (type instanceof SchemaType.Command command) {
            return switch (part) {
                case "arg" -> to(all, command.arguments(), Set.of());
                case "ret" -> to(all, command.result(), Set.of());
                default -> NOWHERE;
            };
        }
        if (type instanceof SchemaType.Event event) {
            return part.equals("data") ? to(all, event.data(), Set.of()) : NOWHERE;
        }
        if (type instanceof SchemaType.Struct struct) {
            return member(all, struct, part);
        }
        if (type instanceof SchemaType.Enumeration values) {
            Set<String> flags = part.startsWith("^") ? values.values().get(part.substring(1)) : null;
            return flags == null ? NOWHERE : new SchemaPath(Set.of(type), flags);
        }
        boolean isJson = type instanceof SchemaType.Builtin builtin && part.equals("!" + builtin.json());
        return isJson ? new SchemaPath(Set.of(type), type.features()) : NOWHERE;
    }

    private static SchemaPath member(Map<String, SchemaType> all, SchemaType.Struct struct, String part) {
        if (part.startsWith("+")) {
            String variant = struct.variants().get(part.substring(1));
            return variant == null ? NOWHERE : to(all, variant, Set.of());
        }
        boolean mustBeOptional = part.startsWith("*");
        SchemaType.Member member = struct.members().get(mustBeOptional ? part.substring(1) : part);
        return member != null && (!mustBeOptional || member.optional())
                ? to(all, member.type(), member.features())
                : NOWHERE;
    }

    /**
     * Arrays are looked through, and an alternate stands for all that it may be. A flag of the type counts as much as one of the
     * member that is of this type.
     */
    private static SchemaPath to(Map<String, SchemaType> all, String name, Set<String> features) {
        SchemaType type = all.get(name);
        if (type == null) {
            return NOWHERE;
        }
        Set<String> flags = new HashSet<>(features);
        flags.addAll(type.features());
        if (type instanceof SchemaType.Array array) {
            return to(all, array.element(), flags);
        }
        if (type instanceof SchemaType.Alternate alternate) {
            Set<SchemaType> possible = new HashSet<>();
            for (String option : alternate.types()) {
                SchemaPath one = to(all, option, flags);
                possible.addAll(one.types);
                flags.addAll(one.features);
            }
            return new SchemaPath(possible, flags);
        }
        return new SchemaPath(Set.of(type), flags);
    }
}
