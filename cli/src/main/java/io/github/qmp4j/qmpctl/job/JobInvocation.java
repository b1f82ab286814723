package io.github.qmp4j.qmpctl.job;

import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobOptions;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import picocli.CommandLine.ParameterException;

/** One call of qmpctl that starts jobs. It refuses unusable arguments before it connects to QEMU. */
public final class JobInvocation {
    private final QmpCtl ctl;
    private final JobOptions options;

    public JobInvocation(QmpCtl ctl, JobOptions options) {
        this.ctl = ctl;
        this.options = options;
    }

    /**
     * Starts the jobs, and returns the exit code.
     *
     * @param disks as the user named them
     * @param orders throws {@link IllegalArgumentException} for unusable arguments
     */
    public int run(String kind, List<String> disks, Supplier<Stream<JobOrder>> orders) {
        List<JobOrder> ordered;
        try {
            ordered = orders.get().map(order -> order.among(disks.size())).toList();
            requireOnce(disks);
            ctl.address();
            ctl.options(UnaryOperator.identity());
        } catch (IllegalArgumentException | ParameterException e) {
            return refuse(kind, disks, new Failure(ExitCode.USAGE, String.valueOf(e.getMessage())));
        }
        return run(ordered).number();
    }

    private static void requireOnce(List<String> disks) {
        disks.stream()
                .filter(disk -> Collections.frequency(disks, disk) > 1)
                .findFirst()
                .ifPresent(disk -> {
                    throw new IllegalArgumentException(
                            "the disk '%s' is named twice, and a disk has one job at a time".formatted(disk));
                });
    }

    private ExitCode run(List<JobOrder> ordered) {
        if (options.dryRun()) {
            return new DryRun(ctl, options).run(ordered);
        }
        return options.detach()
                ? new DetachedStart(ctl, options).run(ordered)
                : new WatchedStart(ctl, options).run(ordered);
    }

    private int refuse(String kind, List<String> disks, Failure failure) {
        Console console = ctl.console();
        if (console.json()) {
            disks.forEach(disk -> console.print(Json.result(JobResult.refused(disk, kind, failure))));
        }
        ctl.err().println("qmpctl %s: %s; see: qmpctl %s --help".formatted(kind, failure.sentence(), kind));
        return failure.code().number();
    }
}
