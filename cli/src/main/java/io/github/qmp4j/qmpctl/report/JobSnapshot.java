package io.github.qmp4j.qmpctl.report;

import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobProgress;
import java.util.Optional;

/**
 * The state of one job at one moment, as qmpctl shows it.
 *
 * @param disk the disk as the user named it; for a job that another client started its job-id
 * @param kind pull, commit, copy or backup
 * @param id empty until the job has been started
 * @param note the error, while the job is {@link Phase#PAUSED_ON_ERROR}
 */
public record JobSnapshot(
        String disk, String kind, Optional<JobId> id, Phase phase, JobProgress progress, Optional<String> note) {

    /** The name of the job in sentences. */
    public String name() {
        return id.map(JobId::value).orElse(kind + " of " + disk);
    }
}
