package io.github.qmp4j.qmpctl.display;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import io.github.qmp4j.qmpctl.report.Phase;
import io.github.qmp4j.qmpctl.report.PlainLine;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows one line for each job at the bottom of a terminal, redrawn on each tick. Results and sentences scroll above. */
final class LiveDisplay implements JobDisplay {
    private final Console console;
    private final BarLine bar;
    private final Map<String, JobSnapshot> lines = new LinkedHashMap<>();
    private int drawn;
    private boolean changed;

    LiveDisplay(Console console, Screen screen) {
        this.console = console;
        this.bar = new BarLine(screen);
    }

    @Override
    public void show(JobSnapshot snapshot) {
        changed |= !snapshot.equals(lines.put(snapshot.kind() + ' ' + snapshot.disk(), snapshot));
    }

    @Override
    public void show(JobResult result) {
        @Nullable JobSnapshot last = lines.remove(result.kind() + ' ' + result.disk());
        erase();
        if (last != null && result.job().isPresent()) {
            console.out().println(bar.render(atTheEnd(last, result)));
        }
        if (result.code() == ExitCode.DONE) {
            console.out().println(PlainLine.of(result));
        } else {
            console.out().flush();
            console.warn(PlainLine.of(result));
        }
        draw();
    }

    /** The last line of a job left READY stays on the screen, so it must show READY. */
    private static JobSnapshot atTheEnd(JobSnapshot last, JobResult result) {
        return result.outcome() == JobResult.Outcome.READY
                ? new JobSnapshot(
                        last.disk(),
                        last.kind(),
                        result.job(),
                        Phase.READY,
                        result.progress().orElse(last.progress()),
                        last.note())
                : last;
    }

    @Override
    public void say(String sentence) {
        erase();
        console.out().println(sentence);
        draw();
    }

    @Override
    public void tick() {
        if (changed) {
            erase();
            draw();
        }
    }

    @Override
    public void report() {
        lines.values().forEach(snapshot -> say(PlainLine.of(snapshot)));
    }

    private void erase() {
        if (drawn > 0) {
            console.out().print("\033[%dA\r\033[J".formatted(drawn));
        }
        drawn = 0;
    }

    private void draw() {
        lines.values().forEach(snapshot -> console.out().println(bar.render(snapshot)));
        drawn = lines.size();
        changed = false;
        console.out().flush();
    }
}
