package io.github.qmp4j.qmpctl;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.watch.Limits;
import io.github.qmp4j.qmpctl.watch.WhenReady;
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
final class WaitCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    @Mixin
    private PatienceOptions patience = new PatienceOptions();

    WaitCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        return new AdoptedJob(ctl, id).watch(WhenReady.LEAVE, new Limits(patience.deadline(), patience.stall()));
    }
}
