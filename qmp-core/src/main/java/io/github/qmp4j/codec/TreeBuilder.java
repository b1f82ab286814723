package io.github.qmp4j.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Grows one JSON object token by token, since Jackson's own mapper cannot wait for bytes in the middle of one. */
final class TreeBuilder {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Deque<ContainerNode<?>> open = new ArrayDeque<>();
    private String member = "";

    /** Takes the parser's current token; gives the object once it is whole. */
    @Nullable
    ObjectNode take(JsonToken token, JsonParser parser) throws IOException {
        switch (token) {
            case FIELD_NAME -> member = parser.currentName();
            case START_OBJECT -> open(NODES.objectNode());
            case START_ARRAY -> open(NODES.arrayNode());
            case END_OBJECT, END_ARRAY -> {
                ContainerNode<?> closed = open.pop();
                if (open.isEmpty()) {
                    return (ObjectNode) closed;
                }
            }
            default -> add(scalar(token, parser));
        }
        return null;
    }

    private void open(ContainerNode<?> container) {
        if (!open.isEmpty()) {
            add(container);
        }
        open.push(container);
    }

    private void add(JsonNode value) {
        ContainerNode<?> parent = open.element();
        if (parent instanceof ObjectNode object) {
            object.set(member, value);
        } else {
            ((ArrayNode) parent).add(value);
        }
    }

    private static JsonNode scalar(JsonToken token, JsonParser parser) throws IOException {
        return switch (token) {
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_STRING -> text(parser.getText());
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> fraction(parser);
            default -> throw new IllegalStateException("a JSON token that no text can give: " + token);
        };
    }

    private static JsonNode text(String text) throws IOException {
        if (JsonFaults.hasHalfCharacter(text)) {
            throw new JsonFaults.HalfCharacterException();
        }
        return NODES.textNode(text);
    }

    /** A number that is beyond a double stays what it is; infinity could not be written as JSON again. */
    private static JsonNode fraction(JsonParser parser) throws IOException {
        double value = parser.getDoubleValue();
        if (Double.isFinite(value)) {
            return NODES.numberNode(value);
        }
        try {
            return NODES.numberNode(new BigDecimal(parser.getText()));
        } catch (NumberFormatException e) {
            throw new JsonFaults.TooLargeException(e);
        }
    }

    private static JsonNode integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }
}
