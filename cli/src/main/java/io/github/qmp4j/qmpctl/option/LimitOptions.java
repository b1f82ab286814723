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
            description = "Exit with 5 if the job has not ended after this time (30s, 5m, 2h). The job goes on.")
    private Optional<Duration> deadline = Optional.empty();

    @Option(
            names = "--stall",
            paramLabel = "D",
            converter = DurationConverter.class,
            description =
                    "Exit with 5 if the job makes no progress for this time. The job goes on. A paused job does not count.")
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
