package io.github.qmp4j.qmpctl.complete;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command line that is still being typed.
 *
 * @param command the innermost command typed so far
 * @param options the values of the options typed so far, by their longest name
 * @param positional the other words typed so far
 * @param pending the option whose value is being typed; empty if none is
 * @param current the word to complete, without the option before an equals sign
 * @param before the part of the word before {@code current}, such as {@code --option=}; usually empty
 */
record TypedWords(
        CommandSpec command,
        Map<String, String> options,
        List<String> positional,
        Optional<OptionSpec> pending,
        String current,
        String before) {
    static TypedWords of(CommandSpec root, List<String> words) {
        CommandSpec command = root;
        Map<String, String> options = new LinkedHashMap<>();
        List<String> positional = new ArrayList<>();
        Optional<OptionSpec> pending = Optional.empty();
        for (String word : words.subList(0, words.size() - 1)) {
            if (pending.isPresent()) {
                options.put(pending.get().longestName(), word);
                pending = Optional.empty();
            } else if (word.startsWith("-")) {
                pending = option(command, word).filter(option -> !word.contains("="));
                option(command, word)
                        .filter(option -> word.contains("="))
                        .ifPresent(option -> options.put(option.longestName(), word.substring(word.indexOf('=') + 1)));
            } else if (command.subcommands().containsKey(word)) {
                command = command.subcommands().get(word).getCommandSpec();
            } else {
                positional.add(word);
            }
        }
        String last = words.get(words.size() - 1);
        int equals = last.startsWith("-") ? last.indexOf('=') : -1;
        if (pending.isEmpty() && equals > 0) {
            pending = option(command, last);
        } else {
            equals = -1;
        }
        return new TypedWords(
                command, options, positional, pending, last.substring(equals + 1), last.substring(0, equals + 1));
    }

    /** The option that a word names, if it takes a value. */
    private static Optional<OptionSpec> option(CommandSpec command, String word) {
        return Optional.ofNullable(command.findOption(word.replaceFirst("=.*", "")))
                .filter(option -> option.arity().max() > 0);
    }
}
