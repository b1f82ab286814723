package io.github.qmp4j.qmpctl.display;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import io.github.qmp4j.qmpctl.report.Json;
import io.github.qmp4j.qmpctl.report.PlainLine;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Prints one JSON object a line for programs. Sentences go to standard error. */
final class JsonDisplay implements JobDisplay {
    private final Console console;
    private final Map<JobId, JobSnapshot> last = new HashMap<>();

    JsonDisplay(Console console) {
        this.console = console;
    }

    @Override
    public void show(JobSnapshot snapshot) {
        // Without an id a program cannot refer to the job.
        snapshot.id().ifPresent(id -> show(id, snapshot));
    }

    private void show(JobId id, JobSnapshot snapshot) {
        Optional<JobSnapshot> before = Optional.ofNullable(last.put(id, snapshot));
        if (before.isEmpty()) {
            console.print(Json.start(snapshot));
        }
        if (before.map(JobSnapshot::phase).filter(snapshot.phase()::equals).isEmpty()) {
            console.print(Json.phase(snapshot));
        }
        boolean moved = before.map(JobSnapshot::progress)
                .filter(progress -> progress.offset() == snapshot.progress().offset()
                        && progress.len() == snapshot.progress().len())
                .isEmpty();
        if (moved) {
            console.print(Json.progress(snapshot));
        }
    }

    @Override
    public void show(JobResult result) {
        console.print(Json.result(result));
        if (result.code() != ExitCode.DONE) {
            console.warn(PlainLine.of(result));
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
        last.values().forEach(snapshot -> console.say(PlainLine.of(snapshot)));
    }
}
