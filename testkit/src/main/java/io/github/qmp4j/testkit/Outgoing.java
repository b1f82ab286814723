package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A message that {@link FakeQemu} sends, with members in QEMU's order and CRLF at the end. */
public final class Outgoing {
    private final Function<@Nullable ReceivedCommand, byte[]> encoding;

    private Outgoing(Function<@Nullable ReceivedCommand, byte[]> encoding) {
        this.encoding = encoding;
    }

    /** The reply {@code {"return": {}}} with the command's id. */
    public static Outgoing reply() {
        return reply("{}");
    }

    /** A reply with this JSON as the return value and the command's id. */
    public static Outgoing reply(String json) {
        JsonNode value = Json.parse(json);
        return new Outgoing(command -> line(withId(Json.object().set("return", value), command)));
    }

    /** A reply with another id than the command's; {@code null} leaves the id out. */
    public static Outgoing replyWithId(@Nullable String idJson, String json) {
        ObjectNode reply = Json.object().set("return", Json.parse(json));
        return raw(line(idJson == null ? reply : reply.set("id", Json.parse(idJson))));
    }

    /** An error reply with the command's id. */
    public static Outgoing error(String errorClass, String desc) {
        return new Outgoing(command -> line(withId(Json.object(), command).setAll(errorMembers(errorClass, desc))));
    }

    /** An error without an id, which is QEMU's answer to malformed input. */
    public static Outgoing errorWithoutId(String errorClass, String desc) {
        return raw(line(errorMembers(errorClass, desc)));
    }

    /** An event with this JSON as its data, stamped when it is sent. */
    public static Outgoing event(String name, String dataJson) {
        JsonNode data = Json.parse(dataJson);
        return new Outgoing(command -> {
            Instant now = Instant.now();
            ObjectNode event = Json.object();
            event.putObject("timestamp").put("seconds", now.getEpochSecond()).put("microseconds", now.getNano() / 1000);
            return line(event.put("event", name).set("data", data));
        });
    }

    /** These characters in UTF-8, with nothing added. */
    public static Outgoing raw(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** These bytes, with nothing added. */
    public static Outgoing raw(byte[] bytes) {
        byte[] copy = bytes.clone();
        return new Outgoing(command -> copy);
    }

    /** A message as it was recorded, but with the id of the command that it answers now, if it answers one. */
    static Outgoing recorded(ObjectNode message) {
        return new Outgoing(command -> {
            ObjectNode copy = message.deepCopy();
            copy.remove("id");
            return line(command == null ? message : withId(copy, command));
        });
    }

    /** The first half of its bytes. */
    Outgoing half() {
        return new Outgoing(command -> {
            byte[] whole = encode(command);
            return Arrays.copyOf(whole, whole.length / 2);
        });
    }

    static Outgoing greeting(int major, int minor, int micro) {
        ObjectNode greeting = Json.object();
        ObjectNode qmp = greeting.putObject("QMP");
        ObjectNode version = qmp.putObject("version");
        version.putObject("qemu").put("micro", micro).put("minor", minor).put("major", major);
        version.put("package", "FakeQemu");
        qmp.putArray("capabilities").add("oob");
        return raw(line(greeting));
    }

    static Outgoing commandNotFound(String name) {
        return error("CommandNotFound", "The command " + name + " has not been found");
    }

    byte[] encode(@Nullable ReceivedCommand command) {
        return encoding.apply(command);
    }

    private static ObjectNode withId(ObjectNode message, @Nullable ReceivedCommand command) {
        if (command == null) {
            throw new IllegalStateException("a reply needs the command that it answers");
        }
        return command.id() == null ? message : message.set("id", command.id());
    }

    private static ObjectNode errorMembers(String errorClass, String desc) {
        ObjectNode message = Json.object();
        message.putObject("error").put("class", errorClass).put("desc", desc);
        return message;
    }

    private static byte[] line(JsonNode message) {
        return (message + "\r\n").getBytes(StandardCharsets.UTF_8);
    }
}
