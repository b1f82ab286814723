package io.github.qmp4j.blockjobs.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.job.JobState;
import io.github.qmp4j.blockjobs.job.ProgressMeter;
import java.util.Optional;

/** The state of a job that has no handle here, folded from its events. Belongs to the feed's mailbox. */
final class ForeignJob {
    private final JobState state;

    /** Whether QEMU has been asked what it is; empty events about it tell nothing. */
    private boolean introduced;

    /** Whether an event has told its status. */
    private boolean heard;

    /** How many changes of status events have told. */
    private int changes;
    /** Whether QEMU is being asked if a pause lasts. */
    private boolean questioned;

    private Optional<String> error = Optional.empty();
    private Optional<String> failedOperation = Optional.empty();
    private Optional<JobInfo> told = Optional.empty();

    ForeignJob(JobId id, ProgressMeter meter) {
        this.state = new JobState(id, JobType.OTHER, meter);
    }

    /** Its status by an event. */
    void status(String status) {
        heard = true;
        changes++;
        take(status);
    }

    /** Events were dropped: until the next one QEMU's answer tells more. */
    void eventsMissed() {
        heard = false;
    }

    private void take(String status) {
        JobStatus now = JobStatus.of(status);
        state.status(now);
        if (now == JobStatus.CONCLUDED) {
            state.ended(error);
        }
    }

    /** Its entry in {@code query-jobs}; empty if QEMU has it no more. */
    void introduced(Optional<JsonNode> entry) {
        introduced = true;
        entry.ifPresent(job -> {
            state.type(JobType.of(job.path("type").asText()));
            state.meter()
                    .end(
                            job.path("current-progress").asLong(),
                            job.path("total-progress").asLong());
            error = job.has("error") ? Optional.of(job.get("error").asText()) : error;
            // An event may have overtaken the answer.
            if (!heard) {
                take(job.path("status").asText());
            }
        });
    }

    /** {@code BLOCK_JOB_COMPLETED} or {@code BLOCK_JOB_CANCELLED}. */
    void ended(JsonNode data, boolean cancelled) {
        introduced = true;
        state.type(JobType.of(data.path("type").asText()));
        state.meter().end(data.path("offset").asLong(), data.path("len").asLong());
        if (cancelled) {
            error = Optional.of("cancelled");
        } else if (data.has("error")) {
            error = Optional.of(data.get("error").asText());
        }
    }

    /** {@code BLOCK_JOB_ERROR} that stops it. */
    void stopped(String operation) {
        failedOperation = Optional.of(operation);
        state.ioErrors(1);
    }

    /** Whether an error may be what has paused it, so that QEMU is to be asked. */
    boolean mayBeStopped() {
        return failedOperation.isPresent() && state.isHaltedUnexplained();
    }

    void ioStatus(String ioStatus) {
        state.ioStatus(ioStatus);
        // Asked twice, the second answer must not hide what the first has explained.
        if (state.isHaltedUnexplained() && !ioStatus.equals("ok")) {
            state.pausedOnError(JobState.cause(ioStatus, failedOperation));
        }
        failedOperation = Optional.empty();
    }

    /** Whether QEMU is to be asked if its pause lasts; a second time only when the first is answered. */
    boolean begsQuestion() {
        boolean begs = !questioned && state.isHaltedAndShownBusy();
        questioned |= begs;
        return begs;
    }

    int changes() {
        return changes;
    }

    /**
     * QEMU has answered whether it is still paused.
     *
     * @param before how many changes had been heard when it was asked
     */
    void answered(Optional<JsonNode> entry, int before) {
        questioned = false;
        JobStatus status =
                entry.map(job -> JobStatus.of(job.path("status").asText())).orElse(JobStatus.OTHER);
        if (before == changes && (status == JobStatus.PAUSED || status == JobStatus.STANDBY)) {
            state.pausedByAnother();
        }
    }

    void vanished() {
        if (state.shown() != JobStatus.CONCLUDED) {
            state.ended(Optional.of("QEMU has no such job any more, and nothing was heard of how it ended"));
        }
    }

    JobInfo info() {
        return state.info();
    }

    /** Its info if there is something new to tell. */
    Optional<JobInfo> news() {
        JobInfo now = state.info();
        if (!introduced || told.filter(before -> isSame(before, now)).isPresent()) {
            return Optional.empty();
        }
        told = Optional.of(now);
        return told;
    }

    private static boolean isSame(JobInfo before, JobInfo now) {
        return before.status() == now.status()
                && before.ready() == now.ready()
                && before.type() == now.type()
                && before.error().equals(now.error());
    }
}
