package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl resume}. */
@Command(name = "resume", description = "Resume a job that a client has paused or an I/O error has stopped.")
@SuppressWarnings("NullAway.Init")
public final class ResumeCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    public ResumeCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            session.observed(id).resume().join();
        }
        ctl.console().say("%s: resumed".formatted(id));
        return 0;
    }
}
