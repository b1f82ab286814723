package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.job.AdoptedJob;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl finalize}. */
@Command(
        name = "finalize",
        description =
                "Wait until a job started with auto-finalize=off is PENDING, finalize it, and clean up. The data of a"
                        + " pull or a commit is flushed first. For jobs grouped in a transaction one call finalizes all.")
@SuppressWarnings("NullAway.Init")
public final class FinalizeCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    public FinalizeCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new AdoptedJob(ctl, id).finalizeJob();
    }
}
