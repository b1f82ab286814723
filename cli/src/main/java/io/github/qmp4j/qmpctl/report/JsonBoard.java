package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One JSON object a line for a program; sentences go to standard error. */
final class JsonBoard implements Board {
    private final Console console;
    private final Map<JobId, Sight> last = new HashMap<>();

    JsonBoard(Console console) {
        this.console = console;
    }

    @Override
    public void show(Sight sight) {
        // Without an id there is nothing yet that a program could refer to.
        sight.id().ifPresent(id -> show(id, sight));
    }

    private void show(JobId id, Sight sight) {
        Optional<Sight> before = Optional.ofNullable(last.put(id, sight));
        if (before.isEmpty()) {
            console.print(Json.start(sight));
        }
        if (before.map(Sight::phase).filter(sight.phase()::equals).isEmpty()) {
            console.print(Json.phase(sight));
        }
        boolean moved = before.map(Sight::progress)
                .filter(progress -> progress.offset() == sight.progress().offset()
                        && progress.len() == sight.progress().len())
                .isEmpty();
        if (moved) {
            console.print(Json.progress(sight));
        }
    }

    @Override
    public void show(JobResult result) {
        console.print(Json.result(result));
        if (result.code() != ExitCode.DONE) {
            console.warn(Sentence.of(result));
        }
    }

    @Override
    public void say(String sentence) {
        console.say(sentence);
    }

    @Override
    public void tick() {}

    @Override
    public void report() {
        last.values().forEach(sight -> console.say(Sentence.of(sight)));
    }
}
