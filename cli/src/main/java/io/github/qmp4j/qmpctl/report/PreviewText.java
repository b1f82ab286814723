package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.JobPreview;
import java.util.ArrayList;
import java.util.List;

/** A preview of a job for people: the chain after it, and the commands that would start it, as {@code qmpctl exec} takes them. */
public final class PreviewText {
    private final ChainDrawing drawing;

    public PreviewText(boolean unicode) {
        this.drawing = new ChainDrawing(unicode);
    }

    public List<String> of(String disk, String kind, JobPreview preview) {
        List<String> lines = new ArrayList<>(drawing.draw("%s after the %s:".formatted(disk, kind), preview.after()));
        if (!preview.invalidated().isEmpty()) {
            lines.add("No longer valid by itself: " + PlainLine.names(preview.invalidated()));
        }
        if (preview.plainText()) {
            lines.add("Encrypted data will be in plain text.");
        }
        lines.add("Commands for qmpctl exec:");
        preview.commands().forEach(command -> lines.add(line(command)));
        return lines;
    }

    /** The command in quotes for a shell; a single quote inside must be escaped. */
    private static String line(QmpCommand<?> command) {
        return "%s '%s'"
                .formatted(command.name(), command.arguments().toString().replace("'", "'\\''"));
    }
}
