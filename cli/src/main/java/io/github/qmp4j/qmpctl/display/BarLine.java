package io.github.qmp4j.qmpctl.display;

import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.qmpctl.output.AnsiColor;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import io.github.qmp4j.qmpctl.report.Phase;
import io.github.qmp4j.qmpctl.text.Quantity;

/** Draws one job as one line of a terminal: disk, kind, phase, bar, percent, bytes, rate (limit), remaining time. */
final class BarLine {
    private static final int LEAST_BAR = 5;
    private static final int LONGEST_BAR = 40;
    private static final int PHASE_WIDTH = 11;
    private static final int BYTES_WIDTH = 16;
    private static final int RATE_WIDTH = 11;
    private static final int ETA_WIDTH = 9;

    private final Screen screen;

    BarLine(Screen screen) {
        this.screen = screen;
    }

    String render(JobSnapshot snapshot) {
        JobProgress progress = snapshot.progress();
        String left = "%s  %-6s  %s"
                .formatted(
                        snapshot.disk(),
                        snapshot.kind(),
                        padded(snapshot.phase().word() + " ", PHASE_WIDTH));
        String right = " %3d%%  %s %s %s"
                .formatted(
                        (int) progress.percent(),
                        padded(Quantity.part(progress.offset(), progress.len()), BYTES_WIDTH),
                        padded(rate(progress), RATE_WIDTH),
                        padded(eta(snapshot), ETA_WIDTH));
        // The last column stays free: some terminals wrap when it is written.
        int room = screen.width() - 1 - left.length() - right.length();
        String line = left + (room < LEAST_BAR ? "" : bar(Math.min(room, LONGEST_BAR), progress.percent())) + right;
        return coloured(line.substring(0, Math.max(0, Math.min(line.length(), screen.width() - 1))), snapshot.phase());
    }

    private String bar(int cells, double percent) {
        int full = (int) (cells * percent / 100);
        return screen.unicode()
                ? "█".repeat(full) + "░".repeat(cells - full)
                : "#".repeat(full) + ".".repeat(cells - full);
    }

    private static String rate(JobProgress progress) {
        if (progress.rate().isEmpty()) {
            return "";
        }
        String rate = Quantity.rate(progress.rate().getAsLong());
        // Short, so that all fits into 80 columns.
        return progress.speedLimit() == 0 ? rate : "%s (%s)".formatted(rate, Quantity.brief(progress.speedLimit()));
    }

    private static String eta(JobSnapshot snapshot) {
        return snapshot.phase() == Phase.RUNNING
                ? snapshot.progress()
                        .eta()
                        .map(eta -> "ETA " + Quantity.duration(eta))
                        .orElse("")
                : "";
    }

    private String coloured(String line, Phase phase) {
        if (!screen.colour() || !(phase.needsAttention() || phase == Phase.READY)) {
            return line;
        }
        AnsiColor color = new AnsiColor(true);
        return phase.needsAttention() ? color.red(line) : color.green(line);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
