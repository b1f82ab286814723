package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl dismiss}. */
@Command(name = "dismiss", description = "Make QEMU forget a concluded job (job-dismiss).")
@SuppressWarnings("NullAway.Init")
public final class DismissCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    public DismissCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            session.info(id); // QEMU's own "Job not found" does not name the job.
            session.client()
                    .execute(QmpCommand.of("job-dismiss").with("id", id.value()))
                    .join();
        }
        ctl.console().say("%s: dismissed".formatted(id));
        return 0;
    }
}
