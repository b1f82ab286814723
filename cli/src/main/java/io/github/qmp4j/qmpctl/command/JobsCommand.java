package io.github.qmp4j.qmpctl.command;

import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import io.github.qmp4j.qmpctl.monitor.Session;
import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.report.JobTable;
import io.github.qmp4j.qmpctl.report.Json;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code qmpctl jobs}. */
@Command(name = "jobs", description = "List the jobs that QEMU has, also those that have concluded.")
public final class JobsCommand implements Callable<Integer> {
    private final QmpCtl ctl;

    public JobsCommand(QmpCtl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() {
        Console console = ctl.console();
        try (Session session = Session.open(ctl).join()) {
            List<JobInfo> jobs = session.jobs().list().join();
            if (console.json()) {
                jobs.forEach(job -> console.print(Json.job(job)));
            } else {
                console.print(jobs.isEmpty() ? List.of("This QEMU has no jobs.") : JobTable.all(jobs));
                console.print(JobTable.pending(jobs, ctl.again()));
            }
        }
        return 0;
    }
}
