package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;

/** Holds commands against a schema of QEMU, read as it is: a list of entities that name each other. */
final class CommandCheck {
    private static final Map<RecordedSchema, CommandCheck> RECORDED = new ConcurrentHashMap<>();

    private final Map<String, JsonNode> entities = new HashMap<>();

    /** Reads the schema when it is first needed. */
    static CommandCheck of(RecordedSchema schema) {
        return RECORDED.computeIfAbsent(schema, each -> new CommandCheck(Json.parse(each.json())));
    }

    private CommandCheck(JsonNode schema) {
        schema.forEach(entity -> entities.put(entity.path("name").asText(), entity));
    }

    boolean takesOob(String command) {
        return entity(command).path("allow-oob").asBoolean();
    }

    List<String> problems(String command, JsonNode arguments) {
        JsonNode known = entity(command);
        if (!known.path("meta-type").asText().equals("command")) {
            return List.of("there is no command " + command);
        }
        List<String> problems = new ArrayList<>();
        deprecated(known, command, problems);
        check(known.path("arg-type").asText(), arguments, command, problems);
        return problems;
    }

    private void check(String type, JsonNode value, String path, List<String> problems) {
        JsonNode entity = entity(type);
        switch (entity.path("meta-type").asText()) {
            case "object" -> object(entity, value, path, problems);
            case "array" -> array(entity, value, path, problems);
            case "enum" -> enumeration(entity, value, path, problems);
            case "alternate" -> alternate(entity, value, path, problems);
            case "builtin" -> {
                String json = entity.path("json-type").asText();
                if (!fits(json, value)) {
                    problems.add(path + " must be of type " + json + ", not " + value);
                }
            }
            default -> throw new IllegalStateException("the schema has no type " + type);
        }
    }

    private void object(JsonNode entity, JsonNode value, String path, List<String> problems) {
        if (!value.isObject()) {
            problems.add(path + " must be an object, not " + value);
            return;
        }
        Map<String, JsonNode> members = members(entity, value);
        members.forEach((name, member) -> {
            if (value.has(name)) {
                deprecated(member, path + "/" + name, problems);
                check(member.path("type").asText(), value.get(name), path + "/" + name, problems);
            } else if (!member.has("default")) {
                problems.add(path + "/" + name + " is missing");
            }
        });
        value.fieldNames().forEachRemaining(name -> {
            if (!members.containsKey(name)) {
                problems.add(path + "/" + name + " is unknown");
            }
        });
    }

    /** Its own members, and those of the variant that the value's tag chooses. */
    private Map<String, JsonNode> members(JsonNode entity, JsonNode value) {
        Map<String, JsonNode> members = new LinkedHashMap<>();
        entity.path("members").forEach(member -> members.put(member.path("name").asText(), member));
        String chosen = value.path(entity.path("tag").asText()).asText();
        for (JsonNode variant : entity.path("variants")) {
            if (variant.path("case").asText().equals(chosen)) {
                members.putAll(members(entity(variant.path("type").asText()), value));
            }
        }
        return members;
    }

    private void array(JsonNode entity, JsonNode value, String path, List<String> problems) {
        if (!value.isArray()) {
            problems.add(path + " must be an array, not " + value);
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            check(entity.path("element-type").asText(), value.get(i), path + "/" + i, problems);
        }
    }

    /** Before QEMU 6.2 the values are a list of names, from then on also one of members with their features. */
    private void enumeration(JsonNode entity, JsonNode value, String path, List<String> problems) {
        Map<String, JsonNode> known = new HashMap<>();
        entity.path("values").forEach(name -> known.put(name.asText(), MissingNode.getInstance()));
        entity.path("members").forEach(member -> known.put(member.path("name").asText(), member));
        JsonNode member = value.isTextual() ? known.get(value.textValue()) : null;
        if (member == null) {
            problems.add(path + " must be one of " + new TreeSet<>(known.keySet()) + ", not " + value);
        } else {
            deprecated(member, path + " " + value, problems);
        }
    }

    /** One of its types must fit; of the types that do not, the one that the value comes closest to tells what is wrong. */
    private void alternate(JsonNode entity, JsonNode value, String path, List<String> problems) {
        List<String> closest = List.of(path + " is of no type that QEMU takes there: " + value);
        for (JsonNode option : entity.path("members")) {
            String type = option.path("type").asText();
            List<String> found = new ArrayList<>();
            check(type, value, path, found);
            if (found.isEmpty()) {
                return;
            }
            if (value.isObject() && entity(type).path("meta-type").asText().equals("object")) {
                closest = found;
            }
        }
        problems.addAll(closest);
    }

    private static void deprecated(JsonNode flagged, String what, List<String> problems) {
        if (StreamSupport.stream(flagged.path("features").spliterator(), false)
                .anyMatch(feature -> feature.asText().equals("deprecated"))) {
            problems.add(what + " is deprecated");
        }
    }

    private JsonNode entity(String name) {
        return entities.getOrDefault(name, MissingNode.getInstance());
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
