package io.github.qmp4j.qmpctl;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.watch.WhenReady;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl pivot}. */
@Command(
        name = "pivot",
        description =
                "Wait for a copy or a commit of the active layer to be READY, switch the guest to its target, and clean up.")
@SuppressWarnings("NullAway.Init")
final class PivotCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    PivotCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new AdoptedJob(ctl, id).watch(WhenReady.PIVOT);
    }
}
