package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.job.AdoptedJob;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import io.github.qmp4j.qmpctl.watch.ReadyAction;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl pivot}. */
@Command(
        name = "pivot",
        description =
                "Wait for a copy or a commit of the active layer to be READY, switch the guest to its target, and clean up.")
@SuppressWarnings("NullAway.Init")
public final class PivotCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    public PivotCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new AdoptedJob(ctl, id).watch(ReadyAction.PIVOT);
    }
}
