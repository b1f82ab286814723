package io.github.qmp4j.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds the arguments of a command against a schema, as QEMU itself would. */
final class SchemaCheck {
    private final Map<String, SchemaType> types;

    SchemaCheck(Map<String, SchemaType> types) {
        this.types = types;
    }

    List<String> problems(String command, ObjectNode arguments) {
        if (!(types.get(command) instanceof SchemaType.Command known)) {
            return List.of("this QEMU has no command " + command);
        }
        List<String> problems = new ArrayList<>();
        check(known.arguments(), arguments, command, problems);
        return problems;
    }

    private void check(String name, JsonNode value, String path, List<String> problems) {
        SchemaType type = types.get(name);
        if (type instanceof SchemaType.Struct struct) {
            if (value.isObject()) {
                struct(struct, (ObjectNode) value, path, problems);
            } else {
                problems.add("%s must be an object".formatted(path));
            }
        } else if (type instanceof SchemaType.Enumeration enumeration) {
            if (!value.isTextual() || !enumeration.values().containsKey(value.asText())) {
                problems.add("%s must be one of %s, not %s"
                        .formatted(path, String.join(", ", enumeration.values().keySet()), value));
            }
        } else if (type instanceof SchemaType.Array array) {
            array(array, value, path, problems);
        } else if (type instanceof SchemaType.Alternate alternate) {
            alternate(alternate, value, path, problems);
        } else if (type instanceof SchemaType.Builtin builtin && !fits(builtin.json(), value)) {
            problems.add("%s must be of type %s, not %s".formatted(path, builtin.json(), value));
        }
    }

    private void struct(SchemaType.Struct struct, ObjectNode value, String path, List<String> problems) {
        List<SchemaType.Struct> parts = new ArrayList<>(List.of(struct));
        chosen(struct, value).ifPresent(parts::add);
        for (SchemaType.Struct part : parts) {
            part.members().forEach((name, member) -> {
                JsonNode given = value.get(name);
                if (given != null) {
                    check(member.type(), given, path + "/" + name, problems);
                } else if (!member.optional()) {
                    problems.add("%s/%s is missing".formatted(path, name));
                }
            });
        }
        value.fieldNames().forEachRemaining(name -> {
            if (parts.stream().noneMatch(part -> part.members().containsKey(name))) {
                problems.add("%s/%s is unknown to this QEMU".formatted(path, name));
            }
        });
    }

    /** The variant of a union that its tag chooses. */
    private Optional<SchemaType.Struct> chosen(SchemaType.Struct struct, ObjectNode value) {
        return struct.tag()
                .map(tag -> struct.variants().get(value.path(tag).asText()))
                .map(types::get)
                .filter(SchemaType.Struct.class::isInstance)
                .map(SchemaType.Struct.class::cast);
    }

    private void array(SchemaType.Array array, JsonNode value, String path, List<String> problems) {
        if (!value.isArray()) {
            problems.add("%s must be an array".formatted(path));
            return;
        }
        for (int i = 0; i < value.size(); i++) {
            check(array.element(), value.get(i), path + "/" + i, problems);
        }
    }

    /** One of its types must fit; if none does, the one whose JSON type is right tells best what is wrong. */
    private void alternate(SchemaType.Alternate alternate, JsonNode value, String path, List<String> problems) {
        List<String> closest = List.of("%s is of no type that QEMU takes there: %s".formatted(path, value));
        for (String option : alternate.types()) {
            List<String> found = new ArrayList<>();
            check(option, value, path, found);
            if (found.isEmpty()) {
                return;
            }
            if (value.isObject() && types.get(option) instanceof SchemaType.Struct) {
                closest = found;
            }
        }
        problems.addAll(closest);
    }

    private static boolean fits(String json, JsonNode value) {
        return switch (json) {
            case "string" -> value.isTextual();
            case "int" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> true;
        };
    }
}
