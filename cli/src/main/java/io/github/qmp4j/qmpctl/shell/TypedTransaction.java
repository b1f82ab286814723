package io.github.qmp4j.qmpctl.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.schema.QmpSchema;
import java.util.List;

/** Collects the actions of a QMP transaction: QEMU does all of them or none. Belongs to the thread of the shell. */
final class TypedTransaction {
    /** The path of the actions in the schema; each action is a variant. */
    static final String ACTIONS = "transaction/arg/actions";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final QmpSchema schema;
    private final ArrayNode actions = JSON.arrayNode();

    TypedTransaction(QmpSchema schema) {
        this.schema = schema;
    }

    /** Adds an action; throws {@link IllegalArgumentException} if QEMU would refuse it, and then adds nothing. */
    void add(TypedCommand action) {
        ObjectNode one = JSON.objectNode().put("type", action.name());
        one.set("data", action.arguments());
        ObjectNode arguments = JSON.objectNode();
        arguments.putArray("actions").add(one);
        List<String> problems = schema.problems(QmpCommand.of("transaction", arguments));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s; the transaction still has %d actions".formatted(String.join("; ", problems), size()));
        }
        actions.add(one);
    }

    int size() {
        return actions.size();
    }

    /** The actions, one a line. */
    String lines() {
        StringBuilder lines = new StringBuilder();
        actions.forEach(action -> lines.append(action.path("type").asText())
                .append(' ')
                .append(action.path("data"))
                .append('\n'));
        return lines.toString().stripTrailing();
    }

    /** The transaction as a command; empty properties are left out. */
    QmpCommand<JsonNode> toCommand(ObjectNode properties) {
        QmpCommand<JsonNode> command = QmpCommand.of("transaction").with("actions", actions.deepCopy());
        return properties.isEmpty() ? command : command.with("properties", properties);
    }
}
