package io.github.qmp4j.examples.report;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobProgress;
import java.util.List;
import java.util.stream.Collectors;

/** A job in one plain line. */
final class Sentence {
    private Sentence() {}

    static String of(Sight sight) {
        JobProgress progress = sight.progress();
        String line = sight.name() + ": " + sight.phase().word();
        if (progress.len() > 0) {
            line += ", %d %%, %s".formatted((int) progress.percent(), Quantity.part(progress.offset(), progress.len()));
        }
        if (progress.rate().isPresent()) {
            line += ", " + Quantity.rate(progress.rate().getAsLong());
        }
        if (sight.phase() == Phase.RUNNING && progress.eta().isPresent()) {
            line += ", " + Quantity.duration(progress.eta().get()) + " to go";
        }
        return line + sight.note().map(note -> ", " + note).orElse("");
    }

    static String of(JobResult result) {
        String name =
                result.job().map(Object::toString).orElse("cannot start the " + result.kind() + " of " + result.disk());
        String how = result.job().isEmpty() && result.error().isPresent()
                ? ""
                : Json.word(result.outcome())
                        + result.pivoted()
                                .filter(Boolean::booleanValue)
                                .map(yes -> ", pivoted")
                                .orElse("");
        String line = name + ": " + how
                + result.error()
                        .map(error -> (how.isEmpty() ? "" : ": ") + error)
                        .orElse("");
        line += result.released().isEmpty() ? "" : "; no longer used: " + names(result.released());
        line += result.invalidated().isEmpty() ? "" : "; no longer valid by itself: " + names(result.invalidated());
        return line
                + result.leftovers().stream()
                        .map(left ->
                                "; left behind: %s %s (%s)".formatted(Json.word(left.kind()), left.name(), left.why()))
                        .collect(Collectors.joining());
    }

    private static String names(List<BlockNode> nodes) {
        return nodes.stream()
                .map(node -> node.nodeName()
                        .map(name -> name + " (" + node.file() + ")")
                        .orElse(node.file()))
                .collect(Collectors.joining(", "));
    }
}
