package io.github.qmp4j.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which commands, arguments and events one QEMU knows, as it says itself in {@code query-qmp-schema}. Whether QEMU can do
 * something is asked here and never of its version: distributions port features back.
 */
public final class QmpSchema {
    private final Map<String, Set<String>> argumentsByCommand = new HashMap<>();
    private final Set<String> events = new HashSet<>();

    private QmpSchema() {}

    /** Reads the return value of {@code query-qmp-schema}. Members that are not known here are passed over. */
    public static QmpSchema of(JsonNode entities) {
        Map<String, JsonNode> byName = new HashMap<>();
        entities.forEach(entity -> byName.put(entity.path("name").asText(), entity));
        QmpSchema schema = new QmpSchema();
        byName.forEach((name, entity) -> {
            switch (entity.path("meta-type").asText()) {
                case "command" ->
                    schema.argumentsByCommand.put(name, members(byName.get(argumentType(entity)), byName));
                case "event" -> schema.events.add(name);
                default -> {}
            }
        });
        return schema;
    }

    private static String argumentType(JsonNode command) {
        return command.path("arg-type").asText();
    }

    /** The members of an object type, those of all its variants included. */
    private static Set<String> members(@org.jspecify.annotations.Nullable JsonNode type, Map<String, JsonNode> byName) {
        Set<String> names = new HashSet<>();
        if (type != null) {
            type.path("members").forEach(member -> names.add(member.path("name").asText()));
            type.path("variants")
                    .forEach(variant ->
                            names.addAll(members(byName.get(variant.path("type").asText()), byName)));
        }
        return names;
    }

    public boolean hasCommand(String command) {
        return argumentsByCommand.containsKey(command);
    }

    /** Whether {@code command} takes {@code argument}, in any of its variants. */
    public boolean hasArgument(String command, String argument) {
        return argumentsByCommand.getOrDefault(command, Set.of()).contains(argument);
    }

    public boolean hasEvent(String event) {
        return events.contains(event);
    }
}
