package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A command as {@link FakeQemu} got it.
 *
 * @param name the command's name
 * @param arguments its arguments, {@link MissingNode} if the member was absent
 * @param id its id, null if the member was absent
 * @param oob whether it came as {@code exec-oob}
 */
public record ReceivedCommand(
        String name, JsonNode arguments, @Nullable JsonNode id, boolean oob) {

    static ReceivedCommand of(JsonNode message) throws IOException {
        boolean oob = message.has("exec-oob");
        JsonNode name = message.path(oob ? "exec-oob" : "execute");
        if (!name.isTextual()) {
            throw new NotACommand(message.toString());
        }
        return new ReceivedCommand(name.textValue(), message.path("arguments"), message.get("id"), oob);
    }

    /** To QEMU no arguments and an empty object are the same. */
    JsonNode argumentsOrEmpty() {
        return arguments.isMissingNode() ? Json.object() : arguments;
    }

    /** The command as a line of text, for messages: name, arguments, id. */
    @Override
    public String toString() {
        return name + (oob ? " (out-of-band)" : "") + (arguments.isMissingNode() ? "" : " " + arguments) + ", id " + id;
    }

    /** The client sent something that is not a QMP command. */
    static final class NotACommand extends IOException {
        private static final long serialVersionUID = 1;

        NotACommand(String what) {
            super("not a command: " + what);
        }
    }
}
