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
                "Wait for a job that was started with auto-finalize off to be PENDING, let it carry out what it has"
                        + " prepared, and clean up. What a pull or a commit has moved is flushed first. Of jobs grouped in a"
                        + " transaction one is enough for all.")
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
