package io.github.qmp4j.qmpctl.complete;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The candidates for the word being typed: picocli's model says which kind of word fits, the monitor which names exist. */
final class CompletionCandidates {
    private static final String FILES = ":files";

    private final TypedWords typed;
    private final LiveNames live;

    CompletionCandidates(TypedWords typed, LiveNames live) {
        this.typed = typed;
        this.live = live;
    }

    /** One candidate a line that begins as the typed word does: the candidate, a tab, its description. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        candidates().forEach((word, description) -> {
            if (word.equals(FILES)) {
                lines.add(FILES);
            } else if (word.startsWith(typed.current())) {
                lines.add(typed.before() + word + (description.isEmpty() ? "" : "\t" + description));
            }
        });
        return lines;
    }

    private Map<String, String> candidates() {
        if (typed.pending().isPresent()) {
            return values(typed.pending().get(), typed.pending().get().paramLabel());
        }
        if (typed.current().startsWith("-")) {
            return options(typed.command());
        }
        if (typed.command().parent() == null) {
            Map<String, String> commands = new TreeMap<>();
            typed.command().subcommands().forEach((name, line) -> put(commands, name, line.getCommandSpec()));
            return commands;
        }
        return positional()
                .map(parameter -> values(parameter, label(parameter)))
                .orElse(Map.of());
    }

    private static void put(Map<String, String> commands, String name, CommandSpec command) {
        if (!command.usageMessage().hidden()) {
            commands.put(name, sentence(command.usageMessage().description()));
        }
    }

    private static Map<String, String> options(CommandSpec command) {
        Map<String, String> options = new TreeMap<>();
        for (OptionSpec option : command.options()) {
            if (!option.hidden()) {
                options.put(option.longestName(), sentence(option.description()));
            }
        }
        return options;
    }

    private Optional<PositionalParamSpec> positional() {
        int index = typed.positional().size();
        return typed.command().positionalParameters().stream()
                .filter(parameter -> parameter.index().contains(index))
                .findFirst();
    }

    /** A copy takes a disk and a target in turn. */
    private String label(PositionalParamSpec parameter) {
        if (!parameter.paramLabel().equals("DISK TARGET")) {
            return parameter.paramLabel();
        }
        return typed.positional().size() % 2 == 0 ? "DISK" : "FILE";
    }

    private Map<String, String> values(ArgSpec what, String label) {
        if (what.completionCandidates() != null) {
            Map<String, String> words = new TreeMap<>();
            what.completionCandidates().forEach(word -> words.put(word.toLowerCase(Locale.ROOT), ""));
            return words;
        }
        return switch (label) {
            case "DISK" -> live.disks();
            case "NODE" -> live.nodes();
            case "ID" -> what.isPositional() ? live.jobs() : Map.of();
            case "COMMAND" -> live.commands();
            case "ARGUMENT" -> live.arguments();
            case "NAME" -> live.events();
            case "FMT" -> Map.of("qcow2", "", "raw", "");
            case "FILE" -> Map.of(FILES, "");
            case "PATH" -> {
                Map<String, String> sockets = new TreeMap<>(live.sockets());
                sockets.put(FILES, "");
                yield sockets;
            }
            default -> Map.of();
        };
    }

    /** The first sentence or clause of a description, for a list. */
    private static String sentence(String[] description) {
        return description.length == 0 ? "" : description[0].replaceFirst("[.;:] .*|\\.$", "");
    }
}
