package io.github.qmp4j.qmpctl;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A command and its output, from a Markdown document.
 *
 * @param words of the command, without the {@code $} and the program's name
 */
record ScreenText(List<String> words, String output) {
    private static final String MARK = "<!-- screen -->";
    private static final Pattern BLOCK = Pattern.compile("(?s)\\Q" + MARK + "\\E\\s*```\\n(.*?)```");
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\$ (?:\\./)?qmpctl (.*)\\n((?:(?!\\$ ).*\\n)*)");

    /** All marked commands, in the order of the document. */
    static List<ScreenText> in(String document) {
        List<ScreenText> all = new ArrayList<>();
        BLOCK.matcher(document)
                .results()
                .flatMap(block -> COMMAND.matcher(block.group(1)).results())
                .map(ScreenText::of)
                .forEach(all::add);
        return all;
    }

    private static ScreenText of(MatchResult match) {
        return new ScreenText(List.of(match.group(1).split(" +")), match.group(2));
    }

    /**
     * Removes all that differs between runs: sizes, rates and times, the end of a job-id, QEMU's version and its own
     * node-names, the width of columns, and short phases of a job.
     */
    static String stable(String output) {
        List<String> lines = output.lines()
                .map(line -> line.replaceAll("(virtio0)-[a-z0-9]{6}\\b", "$1-XXXXXX")
                        .replaceAll("#block\\d+", "#blockN")
                        .replaceAll("QEMU \\d+(\\.\\d+)+", "QEMU N")
                        .replaceAll("^(\\S+: [a-z]+), \\d+ %.*", "$1")
                        .replaceAll("\\d+(\\.\\d+)? (ms|[KMG]?i?B)\\b", "N")
                        .replaceAll("\\d+%", "N%")
                        .replaceAll(" +", " ")
                        .strip())
                .filter(line -> !line.isEmpty() && !line.matches(".*: (starting|running|ending)"))
                .collect(Collectors.toCollection(ArrayList::new));
        for (int i = lines.size() - 1; i > 0; i--) {
            if (lines.get(i).equals(lines.get(i - 1))) {
                lines.remove(i);
            }
        }
        return String.join("\n", lines);
    }
}
