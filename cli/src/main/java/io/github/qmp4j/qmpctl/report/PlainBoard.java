package io.github.qmp4j.qmpctl.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Lines for a file or a pipe: at the start, at each phase, each 10 % or 30 s, and at the end. */
final class PlainBoard implements Board {
    private static final int STEP_PERCENT = 10;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Console console;
    private final LongSupplier nanoTime;
    private final Map<String, Sight> latest = new LinkedHashMap<>();
    private final Map<String, Said> said = new LinkedHashMap<>();

    /** What the last line about a job was. */
    private record Said(Phase phase, int step, long nanos) {}

    PlainBoard(Console console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
    }

    @Override
    public void show(Sight sight) {
        latest.put(key(sight), sight);
        @Nullable Said before = said.get(key(sight));
        boolean phaseChanged = before == null || before.phase() != sight.phase();
        // Before there is a job there is nothing to say of it, and when it has ended the line of the result says it
        // all.
        boolean there = sight.id().isPresent() && sight.phase() != Phase.ENDED;
        if (there && (phaseChanged || isNextStep(before, sight))) {
            print(sight);
        }
    }

    @Override
    public void show(JobResult result) {
        String key = result.kind() + ' ' + result.disk();
        latest.remove(key);
        said.remove(key);
        if (result.code() == ExitCode.DONE) {
            console.out().println(Sentence.of(result));
        } else {
            console.warn(Sentence.of(result));
        }
    }

    @Override
    public void say(String sentence) {
        console.say(sentence);
    }

    @Override
    public void tick() {
        for (Sight sight : latest.values()) {
            @Nullable Said before = said.get(key(sight));
            if (before != null && nanoTime.getAsLong() - before.nanos() >= SILENCE_NANOS) {
                print(sight);
            }
        }
    }

    @Override
    public void report() {
        latest.values().forEach(this::print);
    }

    private void print(Sight sight) {
        console.out().println(Sentence.of(sight));
        said.put(key(sight), new Said(sight.phase(), step(sight), nanoTime.getAsLong()));
    }

    private static boolean isNextStep(@Nullable Said before, Sight sight) {
        return before != null && sight.phase() != Phase.ENDING && before.step() < step(sight);
    }

    private static int step(Sight sight) {
        return (int) sight.progress().percent() / STEP_PERCENT;
    }

    private static String key(Sight sight) {
        return sight.kind() + ' ' + sight.disk();
    }
}
