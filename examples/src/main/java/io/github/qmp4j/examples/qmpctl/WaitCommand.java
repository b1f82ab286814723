package io.github.qmp4j.examples.qmpctl;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.examples.watch.Limits;
import io.github.qmp4j.examples.watch.WhenReady;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code qmpctl wait}. */
@Command(
        name = "wait",
        description = "Wait for a job to end, or to become READY, and clean up after it. Ctrl-C leaves it running.")
@SuppressWarnings("NullAway.Init")
final class WaitCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    @Option(
            names = "--deadline",
            paramLabel = "D",
            converter = IntervalConverter.class,
            description = "Leave a job that has not ended after so long (30s, 5m, 2h) running, and exit with 5.")
    private Optional<Duration> deadline = Optional.empty();

    @Option(
            names = "--stall",
            paramLabel = "D",
            converter = IntervalConverter.class,
            description = "The same for a job that makes no progress for so long. A job that is paused does not count.")
    private Optional<Duration> stall = Optional.empty();

    WaitCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new AdoptedJob(ctl, id).watch(WhenReady.LEAVE, new Limits(deadline, stall));
    }
}
