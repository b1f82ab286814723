package io.github.qmp4j.blockjobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.async.CoalescingQuery;
import io.github.qmp4j.blockjobs.graph.JobContext;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells a job that an I/O error has stopped from one that QEMU pauses for a moment: both have the same status, and only
 * QEMU's I/O status tells them apart, so it is asked. There can be tens of thousands of errors a second: most are only
 * counted.
 */
public final class ErrorWatch {
    private final JobId id;
    private final JobState state;
    private final JobContext context;
    private final Executor mailbox;
    private final Runnable onChange;
    private final CoalescingQuery ioStatus;

    /** Both counted by the thread that delivers events. */
    private final AtomicLong errors = new AtomicLong();

    private final AtomicLong stops = new AtomicLong();

    /** Whether the mailbox will look at them. */
    private final AtomicBoolean announced = new AtomicBoolean();

    /** What the last error that stopped the job was; set by the thread that delivers events. */
    private volatile Optional<String> operation = Optional.empty();

    /** Belongs to the mailbox: how many stops are known to have been resumed from. */
    private long settled;

    ErrorWatch(JobId id, JobState state, JobContext context, Executor mailbox, Runnable onChange) {
        this.id = id;
        this.state = state;
        this.context = context;
        this.mailbox = mailbox;
        this.onChange = onChange;
        this.ioStatus = new CoalescingQuery(mailbox, this::askIoStatus);
    }

    /**
     * {@code BLOCK_JOB_ERROR}. On any thread.
     *
     * @param kind what failed, {@code read} or {@code write}
     */
    public void heard(boolean stopsTheJob, String kind) {
        errors.incrementAndGet();
        if (stopsTheJob) {
            operation = Optional.of(kind);
            missed();
        }
    }

    /** There may have been an error that stops the job. On any thread. */
    public void missed() {
        stops.incrementAndGet();
        if (announced.compareAndSet(false, true)) {
            mailbox.execute(() -> {
                announced.set(false);
                confirm();
            });
        }
    }

    /** How many errors have been heard of; on any thread. */
    long count() {
        return errors.get();
    }

    /** The same info with all errors that have been heard of; on any thread. */
    JobInfo counted(JobInfo told) {
        long count = count();
        return count == told.ioErrors()
                ? told
                : new JobInfo(
                        told.id(),
                        told.type(),
                        told.status(),
                        told.ready(),
                        told.progress(),
                        count,
                        told.error(),
                        told.doubt(),
                        told.ioStatus());
    }

    /** To be called in the mailbox when the status has changed; the error and the pause come in any order. */
    void confirm() {
        if (stops.get() > settled && state.isHaltedUnexplained()) {
            ioStatus.ask();
        }
    }

    private CompletableFuture<?> askIoStatus() {
        long known = stops.get();
        return context.queryBlockJob(id).thenAcceptAsync(entry -> confirmed(entry, known), mailbox);
    }

    private void confirmed(Optional<JsonNode> entry, long known) {
        String answer = entry.map(job -> job.path("io-status").asText()).orElse("ok");
        if (answer.equals("ok")) {
            settled = known;
        } else if (state.isHalted()) {
            seen(answer);
            onChange.run();
        }
    }

    /** QEMU's I/O status has been seen, perhaps with the progress; in the mailbox. What has been explained stays so. */
    void seen(String answer) {
        state.ioStatus(answer);
        if (state.isHaltedUnexplained() && !answer.equals("ok")) {
            paused(answer);
        }
    }

    private void paused(String answer) {
        state.ioStatus(answer);
        state.pausedOnError(JobState.cause(answer, operation));
        operation = Optional.empty();
    }
}
