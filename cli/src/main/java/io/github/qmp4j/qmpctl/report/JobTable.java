package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobProgress;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.qmpctl.text.Quantity;
import io.github.qmp4j.qmpctl.text.Table;
import java.util.List;

/** Tables of jobs for people. */
public final class JobTable {
    private JobTable() {}

    public static List<String> all(List<JobInfo> jobs) {
        Table table = new Table("JOB", "KIND", "STATUS", "DONE", "BYTES", "LIMIT", "ERROR");
        for (JobInfo job : jobs) {
            table.row(
                    job.id().value(),
                    Json.word(job.type()),
                    Json.word(job.status()),
                    (int) job.progress().percent() + "%",
                    bytes(job.progress()),
                    limit(job.progress()),
                    job.error().orElse("-"));
        }
        return table.lines();
    }

    public static List<String> details(JobInfo job) {
        Table table = new Table("job", job.id().value());
        table.row("kind", Json.word(job.type()));
        table.row("status", Json.word(job.status()));
        table.row("ready", job.ready() ? "yes" : "no");
        table.row("done", (int) job.progress().percent() + "%, " + bytes(job.progress()));
        table.row("limit", limit(job.progress()));
        table.row("I/O errors", Long.toString(job.ioErrors()));
        table.row("error", job.error().orElse("-"));
        return table.lines();
    }

    /** Advice for pulls and commits that wait in PENDING. A backup is for its own client to finalize. */
    public static List<String> pending(List<JobInfo> jobs, String command) {
        return jobs.stream()
                .filter(job -> job.status() == JobStatus.PENDING)
                .filter(job -> job.type() == JobType.PULL || job.type() == JobType.COMMIT)
                .map(job ->
                        "%s has moved its data and waits in PENDING, unless another client is about to finalize it; see it to its end with: %s wait %s"
                                .formatted(job.id(), command, job.id()))
                .toList();
    }

    private static String bytes(JobProgress progress) {
        return Quantity.part(progress.offset(), progress.len());
    }

    private static String limit(JobProgress progress) {
        return progress.speedLimit() == 0 ? "-" : Quantity.rate(progress.speedLimit());
    }
}
