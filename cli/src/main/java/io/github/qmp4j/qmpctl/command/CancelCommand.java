package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.job.AdoptedJob;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl cancel}. */
@Command(name = "cancel", description = "Cancel a job, and clean up after it.")
@SuppressWarnings("NullAway.Init")
public final class CancelCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    public CancelCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new AdoptedJob(ctl, id).cancel();
    }
}
