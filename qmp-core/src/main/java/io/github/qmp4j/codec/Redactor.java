package io.github.qmp4j.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import java.util.Set;

/** Writes a message in one line without its secrets, and leaves the message as it is. */
public final class Redactor {
    static final String STARS = "***";

    /** What it reads is our own, and what it writes has passed the limits of the session. */
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .build())
            .build());

    /** For each command the arguments that are secret there and nowhere else. */
    private static final Map<String, Set<String>> ARGUMENTS = Map.of(
            "object-add", Set.of("data"),
            "ringbuf-write", Set.of("data"),
            "send-key", Set.of("keys"),
            "input-send-event", Set.of("events"),
            "sev-inject-launch-secret", Set.of("packet-header"));

    private Redactor() {}

    /**
     * The message as text.
     *
     * @param wholeReturn whether its return value is a secret as a whole, since it answers {@link #asksForSecret}
     */
    public static String line(ObjectNode message, boolean wholeReturn) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = MAPPER.createGenerator(text)) {
            write(message, wholeReturn ? Set.of("return") : Set.of(), out);
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail to take text", e);
        }
        return text.toString();
    }

    /** Reads a line that {@link QmpEncoder} wrote. */
    public static ObjectNode read(byte[] line) {
        try {
            return (ObjectNode) MAPPER.readTree(line);
        } catch (IOException e) {
            throw new IllegalArgumentException("a line to send is no JSON", e);
        }
    }

    /** Whether the reply to this command is the value of a property that may be secret. */
    public static boolean asksForSecret(ObjectNode command) {
        JsonNode arguments = command.path("arguments");
        return SecretText.isProperty(arguments.path("property"))
                || arguments.path("command-line").asText().contains("qom-get");
    }

    private static void write(JsonNode node, Set<String> alsoSecret, JsonGenerator out) throws IOException {
        if (node instanceof ObjectNode object) {
            out.writeStartObject();
            Set<String> secret = secretMembers(object, alsoSecret);
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                out.writeFieldName(member.getKey());
                if (secret.contains(member.getKey()) || SecretText.isName(member.getKey())) {
                    writeStars(member.getValue(), out);
                } else if (member.getKey().equals("command-line")) {
                    out.writeString(
                            SecretText.scrubMonitorLine(member.getValue().asText()));
                } else {
                    write(member.getValue(), secret, out);
                }
            }
            out.writeEndObject();
        } else if (node.isArray()) {
            out.writeStartArray();
            for (JsonNode element : node) {
                write(element, alsoSecret, out);
            }
            out.writeEndArray();
        } else if (node.isTextual()) {
            out.writeString(SecretText.scrub(node.textValue()));
        } else {
            MAPPER.writeTree(out, node);
        }
    }

    /** That something is absent, or on or off, is no secret, and worth knowing. */
    private static void writeStars(JsonNode value, JsonGenerator out) throws IOException {
        if (value.isNull() || value.isBoolean()) {
            MAPPER.writeTree(out, value);
        } else {
            out.writeString(STARS);
        }
    }

    /** What holds for a member holds for all below it, for example {@code props} of an old {@code object-add}. */
    private static Set<String> secretMembers(ObjectNode object, Set<String> inherited) {
        String verb = SecretText.verb(object);
        if (!verb.isEmpty()) {
            return SecretText.isPasswordChange(object) ? Set.of("arg") : ARGUMENTS.getOrDefault(verb, Set.of());
        }
        // qom-set has a property and a value, qom-list-get a name and a value.
        if (object.has("value")
                && (SecretText.isProperty(object.path("property")) || SecretText.isProperty(object.path("name")))) {
            return Set.of("value");
        }
        return inherited;
    }
}
