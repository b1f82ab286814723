package io.github.qmp4j.qmpctl.watch;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.Doubt;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How long the user waits for a running job. A job that was started with limits notices them itself.
 *
 * @param deadline the time until the job must end
 * @param stall the longest time without progress; a job that waits for the user does not count
 */
public record WaitLimits(Optional<Duration> deadline, Optional<Duration> stall) {
    public static final WaitLimits NONE = new WaitLimits(Optional.empty(), Optional.empty());

    private static final long LOOK_MILLIS = 100;
    /** The greatest age of the progress of a watched job. */
    private static final Duration AGE = Duration.ofSeconds(1);

    private static final Set<JobStatus> WAITING =
            Set.of(JobStatus.PAUSED, JobStatus.PAUSED_ON_ERROR, JobStatus.STANDBY, JobStatus.READY, JobStatus.PENDING);

    /** The reason in words. */
    static String why(Doubt doubt) {
        return switch (doubt) {
            case STALLED -> "it makes no progress";
            case DEADLINE_PASSED -> "it has not ended within its deadline";
        };
    }

    /** Ends the watch when the job is overdue. */
    public void begin(JobWatch watch, BlockJob job) {
        if (!equals(NONE)) {
            long now = System.nanoTime();
            lookAgain(watch, job, now, now, job.info());
        }
    }

    private void lookAgain(JobWatch watch, BlockJob job, long begunAt, long movedAt, JobInfo seen) {
        CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> look(watch, job, begunAt, movedAt, seen));
    }

    private void look(JobWatch watch, BlockJob job, long begunAt, long movedAt, JobInfo seen) {
        if (watch.result().isDone()) {
            return;
        }
        long now = System.nanoTime();
        JobInfo current = job.info();
        long moved = WAITING.contains(current.status()) || hasMoved(seen, current) ? now : movedAt;
        if (deadline.filter(limit -> now - begunAt >= limit.toNanos()).isPresent()) {
            watch.overdue(why(Doubt.DEADLINE_PASSED));
        } else if (stall.filter(limit -> now - moved >= limit.plus(AGE).toNanos())
                .isPresent()) {
            watch.overdue(why(Doubt.STALLED));
        } else {
            lookAgain(watch, job, begunAt, moved, current);
        }
    }

    private static boolean hasMoved(JobInfo before, JobInfo now) {
        return before.status() != now.status()
                || before.progress().offset() != now.progress().offset()
                || before.progress().len() != now.progress().len();
    }
}
