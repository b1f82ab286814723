package io.github.qmp4j.qmpctl.shell;

import io.github.qmp4j.qmpctl.report.SchemaText;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.schema.SchemaEntry;
import io.github.qmp4j.schema.SchemaEntry.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Offers what can follow on a line, from the schema of the connected QEMU. Thread-safe. */
final class CommandHints implements Completer {
    private static final int MOST_IN_TAIL = 6;

    private final QmpSchema schema;

    /** Whether the shell collects actions of a transaction. */
    private volatile boolean inTransaction;

    CommandHints(QmpSchema schema) {
        this.schema = schema;
    }

    void inTransaction(boolean open) {
        inTransaction = open;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (line.wordIndex() == 0) {
            names().forEach(name -> candidates.add(candidate(name, flags(name), true)));
            return;
        }
        String command = line.words().get(0);
        if (command.equals("help")) {
            names().forEach(name -> candidates.add(candidate(name, flags(name), true)));
            return;
        }
        Set<String> given = given(line.words().subList(1, line.wordIndex()));
        for (Member member : members(command, line.words())) {
            if (!given.contains(member.name())) {
                offer(member, line.word().substring(0, line.wordCursor()), candidates);
            }
        }
    }

    /** The arguments that the command still takes, to be shown after the cursor; empty if there is nothing to show. */
    String tail(String line) {
        List<String> words = WordSplitter.of(line);
        if (words.isEmpty()
                || !line.endsWith(" ")
                || (words.size() > 1 && !words.get(1).contains("="))) {
            return "";
        }
        Set<String> given = given(words.subList(1, words.size()));
        List<String> rest = members(words.get(0), words).stream()
                .filter(member -> !given.contains(member.name()))
                .sorted((one, other) -> Boolean.compare(one.optional(), other.optional()))
                .map(SchemaText::argument)
                .toList();
        return String.join(" ", rest.subList(0, Math.min(rest.size(), MOST_IN_TAIL)))
                + (rest.size() > MOST_IN_TAIL ? " …" : "");
    }

    private Stream<String> names() {
        return inTransaction
                ? Stream.concat(
                        Stream.of("show", "commit", "abort", "help"),
                        schema.at(TypedTransaction.ACTIONS).stream().flatMap(entry -> entry.variants().stream()))
                : Stream.concat(Stream.of("help", "hmp", "exit"), schema.commands().stream());
    }

    private String flags(String name) {
        return schema.at(name).map(entry -> String.join(", ", entry.features())).orElse("");
    }

    /** The members of the command, and those that the value of its tag adds. */
    private List<Member> members(String command, List<String> words) {
        String path = inTransaction ? TypedTransaction.ACTIONS + "/+" + command + "/data" : command;
        Optional<SchemaEntry> entry =
                schema.at(path).filter(found -> !found.type().equals("event"));
        List<Member> all = new ArrayList<>(entry.map(SchemaEntry::members).orElse(List.of()));
        entry.flatMap(SchemaEntry::tag)
                .flatMap(tag -> words.stream()
                        .filter(word -> word.startsWith(tag + "="))
                        .map(word -> word.substring(tag.length() + 1))
                        .findFirst())
                .flatMap(value -> schema.at((inTransaction ? path : path + "/arg") + "/+" + value))
                .ifPresent(variant -> all.addAll(variant.members()));
        return all;
    }

    private static Set<String> given(List<String> words) {
        Set<String> names = new HashSet<>();
        words.forEach(word -> names.add(word.replaceFirst("=.*", "")));
        return names;
    }

    private static void offer(Member member, String typed, List<Candidate> candidates) {
        String start = member.name() + "=";
        if (!typed.startsWith(start)) {
            String flags = Stream.concat(
                            Stream.of(member.type(), member.optional() ? "optional" : "needed"),
                            member.features().stream())
                    .reduce((one, other) -> one + ", " + other)
                    .orElse("");
            candidates.add(candidate(start, flags, false));
        } else if (member.type().equals("boolean")) {
            candidates.add(candidate(start + "true", "", true));
            candidates.add(candidate(start + "false", "", true));
        } else {
            member.values().forEach(value -> candidates.add(candidate(start + value, "", true)));
        }
    }

    private static Candidate candidate(String value, String description, boolean complete) {
        return new Candidate(value, value, null, description.isEmpty() ? null : description, null, null, complete);
    }
}
