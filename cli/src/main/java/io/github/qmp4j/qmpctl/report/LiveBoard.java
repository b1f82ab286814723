package io.github.qmp4j.qmpctl.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One line for each job at the bottom of a terminal, redrawn on the tick; what is said for good scrolls above. */
final class LiveBoard implements Board {
    private final Console console;
    private final BarLine bar;
    private final Map<String, Sight> lines = new LinkedHashMap<>();
    private int drawn;
    private boolean changed;

    LiveBoard(Console console, Screen screen) {
        this.console = console;
        this.bar = new BarLine(screen);
    }

    @Override
    public void show(Sight sight) {
        changed |= !sight.equals(lines.put(sight.kind() + ' ' + sight.disk(), sight));
    }

    @Override
    public void show(JobResult result) {
        @Nullable Sight last = lines.remove(result.kind() + ' ' + result.disk());
        erase();
        if (last != null && result.job().isPresent()) {
            console.out().println(bar.render(atTheEnd(last, result)));
        }
        if (result.code() == ExitCode.DONE) {
            console.out().println(Sentence.of(result));
        } else {
            console.out().flush();
            console.warn(Sentence.of(result));
        }
        draw();
    }

    /** The last line of a job that is left READY stays on the screen, and may have been drawn before it was. */
    private static Sight atTheEnd(Sight last, JobResult result) {
        return result.outcome() == JobResult.Outcome.READY
                ? new Sight(
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
        lines.values().forEach(sight -> say(Sentence.of(sight)));
    }

    private void erase() {
        if (drawn > 0) {
            console.out().print("\033[%dA\r\033[J".formatted(drawn));
        }
        drawn = 0;
    }

    private void draw() {
        lines.values().forEach(sight -> console.out().println(bar.render(sight)));
        drawn = lines.size();
        changed = false;
        console.out().flush();
    }
}
