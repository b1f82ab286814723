package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.option.JobIdConverter;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobTable;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code qmpctl job}. */
@Command(name = "job", description = "Show one job.")
@SuppressWarnings("NullAway.Init")
public final class JobCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    @Parameters(paramLabel = "ID", converter = JobIdConverter.class, description = "The id of the job.")
    private JobId id;

    public JobCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        try (Session session = Session.open(ctl).join()) {
            JobInfo info = session.info(id);
            Console console = ctl.console();
            if (console.json()) {
                console.print(Json.job(info));
            } else {
                console.print(JobTable.details(info));
                console.print(JobTable.pending(List.of(info), ctl.again()));
            }
        }
        return 0;
    }
}
