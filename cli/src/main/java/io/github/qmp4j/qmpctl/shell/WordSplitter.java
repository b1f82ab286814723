package io.github.qmp4j.qmpctl.shell;

import java.util.ArrayList;
import java.util.List;

/** Splits a line at white space outside of quotes, brackets and braces, and keeps all other characters. */
final class WordSplitter {
    private WordSplitter() {}

    static List<String> of(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        int depth = 0;
        for (int i = 0; i < line.length(); i++) {
            char character = line.charAt(i);
            if (quote != 0) {
                if (character == '\\' && quote == '"' && i + 1 < line.length()) {
                    word.append(character);
                    character = line.charAt(++i);
                } else if (character == quote) {
                    quote = 0;
                }
            } else if (character == '"' || character == '\'') {
                quote = character;
            } else if (character == '{' || character == '[') {
                depth++;
            } else if (character == '}' || character == ']') {
                depth--;
            } else if (Character.isWhitespace(character) && depth <= 0) {
                end(word, words);
                continue;
            }
            word.append(character);
        }
        end(word, words);
        return words;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (word.length() > 0) {
            words.add(word.toString());
            word.setLength(0);
        }
    }
}
