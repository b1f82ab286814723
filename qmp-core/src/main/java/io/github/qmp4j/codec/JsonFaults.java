package io.github.qmp4j.codec;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Describes a JSON error in words for a user of QMP; Jackson's own words are about its settings. */
final class JsonFaults {
    private static final String HALF_CHARACTER = "a text with half a character (a surrogate without its pair)";

    private JsonFaults() {}

    /** Of text that could not be parsed. */
    static String of(IOException failure, int maxNesting) {
        String said = String.valueOf(failure.getMessage());
        if (failure instanceof HalfCharacterException || said.contains("surrogate")) {
            return HALF_CHARACTER;
        }
        if (failure instanceof TooLargeException) {
            return "a number that is too large";
        }
        if (failure instanceof StreamConstraintsException) {
            return said.contains("nesting")
                    ? "a message that is nested deeper than %d, which is the limit".formatted(maxNesting)
                    : "a number with too many digits";
        }
        return "text that is no JSON";
    }

    /** A text value that was parsed. */
    static final class HalfCharacterException extends IOException {
        private static final long serialVersionUID = 1L;

        HalfCharacterException() {
            super(HALF_CHARACTER);
        }
    }

    /** Not even a decimal can hold the number. */
    static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLargeException(NumberFormatException cause) {
            super(cause);
        }
    }

    static boolean hasHalfCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean isPair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!isPair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** What keeps a tree from being sent; null if nothing does. */
    static @Nullable String unsendable(JsonNode tree, int depth, int maxNesting) {
        if (tree.isContainerNode() && depth >= maxNesting) {
            return "they are nested deeper than %d, which QEMU does not read".formatted(maxNesting);
        }
        if (tree.isTextual() && hasHalfCharacter(tree.textValue())) {
            return "they hold " + HALF_CHARACTER;
        }
        if (tree.isFloatingPointNumber() && !tree.isBigDecimal() && !Double.isFinite(tree.doubleValue())) {
            return "JSON has no number " + tree.asText();
        }
        var names = tree.fieldNames();
        while (names.hasNext()) {
            if (hasHalfCharacter(names.next())) {
                return "they hold " + HALF_CHARACTER;
            }
        }
        for (JsonNode child : tree) {
            String problem = unsendable(child, depth + 1, maxNesting);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
