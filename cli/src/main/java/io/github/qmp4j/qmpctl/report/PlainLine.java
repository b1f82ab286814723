package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DiskSize;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.text.Quantity;
import java.util.List;
import java.util.stream.Collectors;

/** The state or the result of a job in one line for people. */
public final class PlainLine {
    private PlainLine() {}

    public static String of(JobSnapshot snapshot) {
        JobProgress progress = snapshot.progress();
        String line = snapshot.name() + ": " + snapshot.phase().word();
        if (progress.len() > 0) {
            line += ", %d %%, %s".formatted((int) progress.percent(), Quantity.part(progress.offset(), progress.len()));
        }
        if (progress.rate().isPresent()) {
            line += ", " + Quantity.rate(progress.rate().getAsLong());
            line += progress.speedLimit() == 0 ? "" : " (limit %s)".formatted(Quantity.rate(progress.speedLimit()));
        }
        if (snapshot.phase() == Phase.RUNNING && progress.eta().isPresent()) {
            line += ", " + Quantity.duration(progress.eta().get()) + " to go";
        }
        return line + snapshot.note().map(note -> ", " + note).orElse("");
    }

    public static String of(JobResult result) {
        String line = result.job().map(id -> id + ": " + how(result)).orElseGet(() -> "cannot start the %s of %s"
                .formatted(result.kind(), result.disk()));
        line += result.error().map(error -> ": " + error).orElse("");
        line += result.size()
                .filter(DiskSize::changed)
                .map(size -> "; the disk had %s and has %s".formatted(bytes(size.before()), bytes(size.after())))
                .orElse("");
        line += result.plainText() ? "; encrypted data are now in plain text" : "";
        String unused = result.filesChecked() ? "; no longer used: " : "; not used by this QEMU any more: ";
        line += result.released().isEmpty() ? "" : unused + names(result.released());
        line += result.invalidated().isEmpty() ? "" : "; no longer valid by itself: " + names(result.invalidated());
        return line
                + result.leftovers().stream()
                        .map(left ->
                                "; left behind: %s %s (%s)".formatted(Json.word(left.kind()), left.name(), left.why()))
                        .collect(Collectors.joining());
    }

    private static String how(JobResult result) {
        if (result.code() == ExitCode.DETACHED) {
            return "left running";
        }
        return Json.word(result.outcome()) + (result.pivoted().orElse(false) ? ", pivoted" : "");
    }

    /** The exact number of bytes too, since different sizes can look equal when rounded. */
    private static String bytes(long bytes) {
        return "%s (%d bytes)".formatted(Quantity.bytes(bytes), bytes);
    }

    static String names(List<BlockNode> nodes) {
        return nodes.stream().map(PlainLine::name).collect(Collectors.joining(", "));
    }

    private static String name(BlockNode node) {
        String file = node.path().orElse(node.file());
        return node.nodeName().map(name -> name + " (" + file + ")").orElse(file);
    }
}
