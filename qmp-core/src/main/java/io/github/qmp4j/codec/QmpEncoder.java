package io.github.qmp4j.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
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
    public static byte[] execute(QmpCommand<?> command, boolean outOfBand, long id) {
        ObjectNode line = MAPPER.createObjectNode().put(outOfBand ? "exec-oob" : "execute", command.name());
        ObjectNode arguments = command.arguments();
        if (!arguments.isEmpty()) {
            line.set("arguments", arguments);
        }
        line.put("id", id);
        try {
            // This encoder refuses half a character, where getBytes would make a question mark of it.
            ByteBuffer bytes =
                    StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(MAPPER.writeValueAsString(line) + "\n"));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the arguments of %s cannot be written as JSON".formatted(command.name()), e);
        }
    }
}
