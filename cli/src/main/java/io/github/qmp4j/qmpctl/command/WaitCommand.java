package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.job.AdoptedJob;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import io.github.qmp4j.qmpctl.option.LimitOptions;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import io.github.qmp4j.qmpctl.watch.WaitLimits;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code qmpctl wait}. */
@Command(
        name = "wait",
        description =
                "Wait for a job to end, or to become READY, and clean up after it. A pull or a commit that waits in"
                        + " PENDING is flushed and finalized. Ctrl-C leaves the job running.")
@SuppressWarnings("NullAway.Init")
public final class WaitCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    @Mixin
    private LimitOptions limits = new LimitOptions();

    public WaitCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new AdoptedJob(ctl, id).watch(ReadyAction.LEAVE, new WaitLimits(limits.deadline(), limits.stall()));
    }
}
