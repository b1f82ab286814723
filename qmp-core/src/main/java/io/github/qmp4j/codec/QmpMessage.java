package io.github.qmp4j.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.event.QmpEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** One message from QEMU. Its members say which kind it is, as QMP's specification defines. */
public sealed interface QmpMessage {
    /** In place of an id that is no whole number. */
    long FOREIGN = Long.MIN_VALUE;

    record Greeting(QmpGreeting greeting) implements QmpMessage {}

    /** A return value; its id is {@link #FOREIGN} where it is no number that this client could have sent. */
    record Reply(OptionalLong id, JsonNode value) implements QmpMessage {}

    /** An error; without an id where QEMU could not even read the command. A foreign id is given as in a reply. */
    record ErrorReply(OptionalLong id, String errorClass, String desc) implements QmpMessage {}

    record Event(QmpEvent event) implements QmpMessage {}

    /** A JSON object that is none of the above. */
    record Unrecognised(ObjectNode json) implements QmpMessage {}

    static QmpMessage of(ObjectNode json) {
        if (json.has("event")) {
            return new Event(event(json));
        }
        if (json.has("return")) {
            return new Reply(id(json), json.get("return"));
        }
        if (json.has("error")) {
            JsonNode error = json.get("error");
            return new ErrorReply(
                    id(json), error.path("class").asText(), error.path("desc").asText());
        }
        if (json.path("QMP").isObject()) {
            return new Greeting(greeting(json.get("QMP")));
        }
        return new Unrecognised(json);
    }

    private static OptionalLong id(ObjectNode json) {
        JsonNode id = json.get("id");
        if (id == null) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(id.canConvertToLong() && id.isIntegralNumber() ? id.longValue() : FOREIGN);
    }

    private static QmpEvent event(ObjectNode json) {
        JsonNode time = json.path("timestamp");
        JsonNode data = json.path("data");
        return new QmpEvent(
                json.get("event").asText(), data.isObject() ? data : JsonNodeFactory.instance.objectNode(), time(time));
    }

    /** QEMU sends -1 for both members where its clock failed. */
    private static Instant time(JsonNode timestamp) {
        long seconds = timestamp.path("seconds").asLong();
        long micros = timestamp.path("microseconds").asLong();
        boolean known = seconds >= 0 && micros >= 0 && seconds <= Integer.MAX_VALUE * 1000L && micros < 1_000_000;
        return known ? Instant.ofEpochSecond(seconds, micros * 1000) : Instant.EPOCH;
    }

    private static QmpGreeting greeting(JsonNode qmp) {
        JsonNode version = qmp.path("version");
        JsonNode number = version.path("qemu");
        List<String> capabilities = new ArrayList<>();
        qmp.path("capabilities").forEach(capability -> capabilities.add(capability.asText()));
        return new QmpGreeting(
                new QmpGreeting.Version(
                        number.path("major").asInt(),
                        number.path("minor").asInt(),
                        number.path("micro").asInt()),
                version.path("package").asText(),
                capabilities);
    }
}
