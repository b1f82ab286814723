package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.qmpctl.text.Table;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.schema.SchemaEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** QEMU's schema as text for people. */
public final class SchemaText {
    private static final int MOST_SIMILAR = 5;

    private SchemaText() {}

    /** All commands and events, one a line. */
    public static List<String> list(QmpSchema schema) {
        Table table = new Table("NAME", "KIND", "FLAGS");
        Stream.concat(schema.commands().stream(), schema.events().stream()).forEach(name -> schema.at(name)
                .ifPresent(entry -> table.row(name, entry.type(), orDash(String.join(" ", sorted(entry.features()))))));
        return table.lines();
    }

    /** The entry at a path: a heading, a line for each member, and where to find more. */
    public static List<String> entry(String name, SchemaEntry entry) {
        List<String> lines = new ArrayList<>(List.of(heading(name, entry)));
        if (!entry.members().isEmpty()) {
            Table table = new Table(entry.type().equals("command") ? "ARGUMENT" : "MEMBER", "NEEDED", "FLAGS", "TYPE");
            for (SchemaEntry.Member member : entry.members()) {
                table.row(
                        member.name(),
                        member.optional() ? "optional" : "needed",
                        orDash(String.join(" ", sorted(member.features()))),
                        type(member));
            }
            lines.addAll(table.lines());
        }
        if (!entry.values().isEmpty()) {
            lines.add("values: " + String.join("|", entry.values()));
        }
        if (!entry.variants().isEmpty()) {
            lines.add("%s decides on further members, shown by: qmpctl schema %s/+VALUE"
                    .formatted(entry.tag().orElse("the type"), path(name, entry)));
            lines.add("VALUE is one of " + String.join("|", entry.variants()));
        }
        return lines;
    }

    /** An argument as it is typed: {@code speed=int}, in brackets if it is optional. */
    public static String argument(SchemaEntry.Member member) {
        String text = member.name() + "=" + type(member);
        return member.optional() ? "[" + text + "]" : text;
    }

    /** A sentence for a name that the schema lacks, with similar names. */
    public static String missing(QmpSchema schema, String name) {
        String start = name.replaceFirst("/.*", "");
        if (schema.at(start).isPresent()) {
            return "there is nothing at '%s' in the schema of this QEMU; `qmpctl schema %s` shows what %s has"
                    .formatted(name, start, start);
        }
        List<String> similar = similar(schema, start);
        return "this QEMU has no command and no event '%s'; %s"
                .formatted(
                        start,
                        similar.isEmpty()
                                ? "`qmpctl schema` lists what it has"
                                : "it has " + String.join(", ", similar));
    }

    private static List<String> similar(QmpSchema schema, String name) {
        String wanted = name.toLowerCase(Locale.ROOT).replace('_', '-');
        return Stream.concat(schema.commands().stream(), schema.events().stream())
                .filter(known -> {
                    String plain = known.toLowerCase(Locale.ROOT).replace('_', '-');
                    return plain.contains(wanted) || wanted.contains(plain);
                })
                .limit(MOST_SIMILAR)
                .toList();
    }

    private static String heading(String name, SchemaEntry entry) {
        List<String> words = new ArrayList<>(List.of(entry.type()));
        words.addAll(sorted(entry.features()));
        if (entry.type().equals("command")) {
            words.add(entry.members().isEmpty() ? "takes nothing" : "");
            words.add(entry.returns()
                    .map(type -> "returns " + type + (type.contains("object") ? ", see " + name + "/ret" : ""))
                    .orElse("returns nothing"));
        }
        return name + ": "
                + String.join(
                        ", ", words.stream().filter(word -> !word.isEmpty()).toList());
    }

    private static String path(String name, SchemaEntry entry) {
        return switch (entry.type()) {
            case "command" -> name + "/arg";
            case "event" -> name + "/data";
            default -> name;
        };
    }

    private static String type(SchemaEntry.Member member) {
        String values = String.join("|", member.values());
        return values.isEmpty() ? member.type() : member.type().replace("enum", values);
    }

    private static List<String> sorted(Collection<String> words) {
        return words.stream().sorted().toList();
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
