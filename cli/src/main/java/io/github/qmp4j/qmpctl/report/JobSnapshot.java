package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobProgress;
import java.util.Optional;

/**
 * What there is to see of one job at one moment.
 *
 * @param disk the disk as the user called it; for a job that another client started its job-id
 * @param kind pull, commit, copy or backup
 * @param id empty until the job has been started
 * @param note what stopped it, while it is {@link Phase#PAUSED_ON_ERROR}
 */
public record JobSnapshot(
        String disk, String kind, Optional<JobId> id, Phase phase, JobProgress progress, Optional<String> note) {

    /** What to call the job in a sentence. */
    public String name() {
        return id.map(JobId::value).orElse(kind + " of " + disk);
    }
}
