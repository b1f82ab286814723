package io.github.qmp4j.qmpctl.shell;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.qmp4j.QmpCommand;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A QMP command as a person types it: {@code COMMAND}, {@code COMMAND {"name":value}}, {@code COMMAND name=value …}, or in
 * QMP's own form, {@code {"execute":"COMMAND","arguments":{…}}}. A JSON object may be in quotes as for a shell.
 *
 * <p>A value is JSON if it reads as JSON, else text; in single quotes it is always text. A name with dots names a member of
 * a member: {@code file.driver=nbd}.
 */
public record TypedCommand(String name, ObjectNode arguments) {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern PLAIN_JSON = Pattern.compile("-?\\d.*|true|false|null|[\\[{\"].*", Pattern.DOTALL);

    /** Reads a line; throws {@link IllegalArgumentException} if it is not a command. */
    public static TypedCommand parse(String line) {
        String text = line.strip();
        if (text.startsWith("{")) {
            return fromWire(object("the line", text));
        }
        String[] parts = text.split("\\s+", 2);
        String rest = parts.length == 1 ? "" : unquoted(parts[1]);
        return of(parts[0], rest.startsWith("{") ? List.of(rest) : WordSplitter.of(rest));
    }

    /** Removes the quotes for a shell around a JSON object. */
    private static String unquoted(String text) {
        return text.startsWith("'{") && text.endsWith("}'")
                ? text.substring(1, text.length() - 1).replace("'\\''", "'")
                : text;
    }

    /** Makes a command of words: the arguments are one JSON object, or one word each. */
    public static TypedCommand of(String name, List<String> words) {
        if ((words.size() == 1 && !words.get(0).contains("="))
                || (!words.isEmpty() && words.get(0).startsWith("{"))) {
            if (words.size() > 1) {
                throw new IllegalArgumentException(
                        "'%s' follows the arguments, which are one JSON object".formatted(words.get(1)));
            }
            return new TypedCommand(name, object("the arguments", words.get(0)));
        }
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        words.forEach(word -> put(arguments, word));
        return new TypedCommand(name, arguments);
    }

    public QmpCommand<JsonNode> toCommand() {
        return QmpCommand.of(name, arguments);
    }

    private static TypedCommand fromWire(ObjectNode whole) {
        JsonNode arguments = whole.path("arguments");
        boolean known = whole.size() == (whole.has("arguments") ? 2 : 1);
        if (!whole.path("execute").isTextual() || !known || !(arguments.isMissingNode() || arguments.isObject())) {
            throw new IllegalArgumentException(
                    "a line that is a JSON object must be {\"execute\":NAME} or {\"execute\":NAME,\"arguments\":{…}}");
        }
        return new TypedCommand(
                whole.path("execute").asText(),
                arguments instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode());
    }

    private static void put(ObjectNode arguments, String word) {
        int equals = word.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "'%s' is not an argument; write name=value, or all arguments as one JSON object".formatted(word));
        }
        String[] path = word.substring(0, equals).split("\\.", -1);
        ObjectNode into = arguments;
        for (int i = 0; i < path.length - 1; i++) {
            JsonNode next = into.get(path[i]);
            if (next != null && !next.isObject()) {
                throw twice(word);
            }
            into = next instanceof ObjectNode object ? object : into.putObject(path[i]);
        }
        if (into.has(path[path.length - 1])) {
            throw twice(word);
        }
        into.set(path[path.length - 1], value(word, word.substring(equals + 1)));
    }

    private static IllegalArgumentException twice(String word) {
        return new IllegalArgumentException("'%s' sets an argument a second time".formatted(word));
    }

    private static JsonNode value(String word, String text) {
        if (text.length() > 1 && text.startsWith("'") && text.endsWith("'")) {
            return TextNode.valueOf(text.substring(1, text.length() - 1));
        }
        if (!PLAIN_JSON.matcher(text).matches()) {
            return TextNode.valueOf(text);
        }
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            if (text.matches("[\\[{\"].*")) {
                throw new IllegalArgumentException(
                        "the value of '%s' is not JSON from character %d on".formatted(word, place(e)), e);
            }
            return TextNode.valueOf(text); // for example 10.0.0.1
        }
    }

    /** The column of the error; Jackson's own message is about its settings. */
    private static int place(JsonProcessingException e) {
        return e.getLocation().getColumnNr();
    }

    private static ObjectNode object(String what, String text) {
        try {
            if (MAPPER.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s '%s' is not JSON from character %d on".formatted(what, text, place(e)), e);
        }
        throw new IllegalArgumentException("%s '%s' is neither a JSON object nor name=value".formatted(what, text));
    }
}
