package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.Doubt;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.end.SentVerbs;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Notices when a job makes no progress any more, or has not ended by its deadline, also where QEMU does not answer. Belongs
 * to the job's mailbox.
 */
final class StallWatch {
    private final JobState state;
    private final Optional<Duration> stallTimeout;
    private final Optional<Duration> deadline;
    private final Duration silence;
    private final SentVerbs verbs;
    private final Executor mailbox;
    private final Runnable look;

    private boolean begun;
    private long begunAt;
    private long movedAt;
    private long seenAt;
    private JobInfo seen;
    private CompletableFuture<Boolean> timer = CompletableFuture.completedFuture(false);

    /** @param look is run when it is time to look again */
    StallWatch(
            JobState state,
            JobSettings settings,
            BlockJobOptions options,
            SentVerbs verbs,
            Executor mailbox,
            Runnable look) {
        this.state = state;
        this.stallTimeout = settings.stallTimeout();
        this.deadline = settings.deadline();
        // How long an answer of QEMU about the progress may take.
        this.silence = options.progressInterval().multipliedBy(2);
        this.verbs = verbs;
        this.mailbox = mailbox;
        this.look = look;
        this.seen = state.info();
    }

    /** Whether it needs the job's progress; on any thread. */
    boolean needsProgress() {
        return stallTimeout.isPresent();
    }

    void begin(long now) {
        begun = stallTimeout.isPresent() || deadline.isPresent();
        begunAt = now;
        movedAt = now;
        seenAt = now;
        look(now);
    }

    /** QEMU has told the progress. */
    void progressSeen(long now) {
        seenAt = now;
    }

    /** Finds out whether there is a doubt at this moment, and when to look again. */
    void look(long now) {
        if (!begun) {
            return;
        }
        JobInfo current = state.info();
        if (waitsForUser() || hasMoved(current)) {
            movedAt = now;
            seenAt = Math.max(seenAt, now);
            seen = current;
        }
        Optional<Duration> late = deadline.filter(limit -> now - begunAt >= limit.toNanos());
        Optional<Duration> stalled = stallTimeout.filter(limit -> seenAt - movedAt >= limit.toNanos()
                || now - movedAt >= limit.plus(silence).toNanos());
        state.doubt(late.isPresent() ? Optional.of(Doubt.DEADLINE_PASSED) : stalled.map(limit -> Doubt.STALLED));
        if (timer.isDone()) {
            long untilLate = late.isPresent() ? Long.MAX_VALUE : left(deadline, now - begunAt);
            long untilStalled =
                    stalled.isPresent() ? Long.MAX_VALUE : left(stallTimeout.map(silence::plus), now - movedAt);
            lookAgain(Math.min(untilLate, untilStalled));
        }
    }

    private boolean waitsForUser() {
        boolean holds = state.shown() == JobStatus.READY || state.shown() == JobStatus.PENDING;
        return state.waitsForResume() || (holds && verbs.last() == EndFacts.Asked.NOTHING);
    }

    private boolean hasMoved(JobInfo current) {
        return current.status() != seen.status()
                || current.progress().offset() != seen.progress().offset()
                || current.progress().len() != seen.progress().len();
    }

    private static long left(Optional<Duration> limit, long elapsed) {
        return limit.map(whole -> whole.toNanos() - elapsed).orElse(Long.MAX_VALUE);
    }

    private void lookAgain(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            return;
        }
        timer = new CompletableFuture<Boolean>().completeOnTimeout(true, Math.max(1, nanos), TimeUnit.NANOSECONDS);
        timer.thenAcceptAsync(
                due -> {
                    if (due) {
                        look.run();
                    }
                },
                mailbox);
    }

    /** The job has ended. */
    void over() {
        begun = false;
        state.doubt(Optional.empty());
        // Completed by hand it is taken out of the queue of the timers, which keeps a cancelled one.
        timer.complete(false);
    }
}
