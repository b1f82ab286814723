package io.github.qmp4j.qmpctl.option;

import io.github.qmp4j.blockjobs.JobSettings;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of all commands that wait for jobs. */
public final class LimitOptions {
    @Option(
            names = "--deadline",
            paramLabel = "D",
            converter = DurationConverter.class,
            description = "Leave a job that has not ended after so long (30s, 5m, 2h) running, and exit with 5.")
    private Optional<Duration> deadline = Optional.empty();

    @Option(
            names = "--stall",
            paramLabel = "D",
            converter = DurationConverter.class,
            description = "The same for a job that makes no progress for so long. A job that is paused does not count.")
    private Optional<Duration> stall = Optional.empty();

    public Optional<Duration> deadline() {
        return deadline;
    }

    public Optional<Duration> stall() {
        return stall;
    }

    /** The settings with these limits. */
    JobSettings on(JobSettings settings) {
        JobSettings ending = deadline.map(settings::withDeadline).orElse(settings);
        return stall.map(ending::withStallTimeout).orElse(ending);
    }

    boolean isLimited() {
        return deadline.isPresent() || stall.isPresent();
    }
}
