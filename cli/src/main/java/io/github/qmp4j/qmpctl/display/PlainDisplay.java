package io.github.qmp4j.qmpctl.display;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import io.github.qmp4j.qmpctl.report.Phase;
import io.github.qmp4j.qmpctl.report.PlainLine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Prints lines for a file or a pipe: at the start, at each phase, each 10 % or 30 s, and at the end. */
final class PlainDisplay implements JobDisplay {
    private static final int STEP_PERCENT = 10;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Console console;
    private final LongSupplier nanoTime;
    private final Map<String, JobSnapshot> latest = new LinkedHashMap<>();
    private final Map<String, Said> said = new LinkedHashMap<>();

    /** What the last line about a job showed, and when. */
    private record Said(Phase phase, int step, long nanos) {}

    PlainDisplay(Console console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
    }

    @Override
    public void show(JobSnapshot snapshot) {
        latest.put(key(snapshot), snapshot);
        @Nullable Said before = said.get(key(snapshot));
        boolean phaseChanged = before == null || before.phase() != snapshot.phase();
        // Before there is a job there is nothing to say of it, and when it has ended the line of the result says it
        // all.
        boolean there = snapshot.id().isPresent() && snapshot.phase() != Phase.ENDED;
        if (there && (phaseChanged || isNextStep(before, snapshot))) {
            print(snapshot);
        }
    }

    @Override
    public void show(JobResult result) {
        String key = result.kind() + ' ' + result.disk();
        latest.remove(key);
        said.remove(key);
        if (result.code() == ExitCode.DONE) {
            console.out().println(PlainLine.of(result));
        } else {
            console.warn(PlainLine.of(result));
        }
    }

    @Override
    public void say(String sentence) {
        console.say(sentence);
    }

    @Override
    public void tick() {
        for (JobSnapshot snapshot : latest.values()) {
            @Nullable Said before = said.get(key(snapshot));
            if (before != null && nanoTime.getAsLong() - before.nanos() >= SILENCE_NANOS) {
                print(snapshot);
            }
        }
    }

    @Override
    public void report() {
        latest.values().forEach(this::print);
    }

    private void print(JobSnapshot snapshot) {
        console.out().println(PlainLine.of(snapshot));
        said.put(key(snapshot), new Said(snapshot.phase(), step(snapshot), nanoTime.getAsLong()));
    }

    private static boolean isNextStep(@Nullable Said before, JobSnapshot snapshot) {
        return before != null && snapshot.phase() != Phase.ENDING && before.step() < step(snapshot);
    }

    private static int step(JobSnapshot snapshot) {
        return (int) snapshot.progress().percent() / STEP_PERCENT;
    }

    private static String key(JobSnapshot snapshot) {
        return snapshot.kind() + ' ' + snapshot.disk();
    }
}
