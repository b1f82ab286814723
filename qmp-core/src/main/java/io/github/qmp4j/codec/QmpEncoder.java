package io.github.qmp4j.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Turns a command into bytes. */
public final class QmpEncoder {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** QEMU's own limit is 1024, and Jackson's is 1000. */
    private static final int MOST_NESTING = 1000;

    private QmpEncoder() {}

    /**
     * One line that asks for the execution of {@code command}.
     *
     * @throws IllegalArgumentException if an argument cannot be written as JSON that QEMU reads, and says why: text with half a
     *     character, a number that is not finite, or a nesting that is too deep
     */
    public static byte[] execute(QmpCommand<?> command, boolean outOfBand, long id) {
        ObjectNode line = MAPPER.createObjectNode().put(outOfBand ? "exec-oob" : "execute", command.name());
        ObjectNode arguments = command.arguments();
        if (!arguments.isEmpty()) {
            line.set("arguments", arguments);
        }
        line.put("id", id);
        String problem = JsonFaults.unsendable(line, 0, MOST_NESTING);
        if (problem != null) {
            throw new IllegalArgumentException(
                    "the arguments of %s cannot be sent: %s".formatted(command.name(), problem));
        }
        try {
            return (MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalArgumentException("the arguments of %s cannot be sent".formatted(command.name()), e);
        }
    }
}
