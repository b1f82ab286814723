package io.github.qmp4j.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import java.nio.charset.StandardCharsets;

/** Turns a command into bytes. */
public final class QmpEncoder {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private QmpEncoder() {}

    /**
     * One line that asks for the execution of {@code command}.
     *
     * @throws IllegalArgumentException if an argument cannot be written as JSON, for example text with half a character
     */
    public static byte[] execute(QmpCommand<?> command, long id) {
        ObjectNode line = MAPPER.createObjectNode().put("execute", command.name());
        ObjectNode arguments = command.arguments();
        if (!arguments.isEmpty()) {
            line.set("arguments", arguments);
        }
        line.put("id", id);
        try {
            return (MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "the arguments of %s cannot be written as JSON".formatted(command.name()), e);
        }
    }
}
