package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells a job that an I/O error has stopped from one that QEMU pauses for a moment: both have the same status, and only
 * QEMU's I/O status tells them apart, so it is asked.
 */
final class ErrorWatch {
    private final JobId id;
    private final JobState state;
    private final JobContext context;
    private final Executor mailbox;
    private final Runnable onChange;

    /** Counted by the thread that delivers events, taken by the mailbox. */
    private final AtomicLong uncounted = new AtomicLong();

    /** Belongs to the mailbox. */
    private boolean sawStop;

    ErrorWatch(JobId id, JobState state, JobContext context, Executor mailbox, Runnable onChange) {
        this.id = id;
        this.state = state;
        this.context = context;
        this.mailbox = mailbox;
        this.onChange = onChange;
    }

    /** {@code BLOCK_JOB_ERROR}. There can be tens of thousands a second, so most are only counted. On any thread. */
    void heard(boolean stops) {
        boolean first = uncounted.getAndIncrement() == 0;
        if (first || stops) {
            mailbox.execute(() -> {
                sawStop |= stops;
                count();
                confirm();
            });
        }
    }

    /** Takes the errors that came since the last time; in the mailbox. */
    void count() {
        state.ioErrors(uncounted.getAndSet(0));
    }

    /** To be called in the mailbox when the status has changed; the error and the pause come in any order. */
    void confirm() {
        if (sawStop && state.isHalted()) {
            context.queryBlockJob(id).thenAcceptAsync(this::confirmed, mailbox);
        }
    }

    private void confirmed(Optional<JsonNode> entry) {
        String ioStatus = entry.map(job -> job.path("io-status").asText()).orElse("ok");
        if (state.isHalted() && !ioStatus.equals("ok")) {
            sawStop = false;
            state.pausedOnError(JobState.cause(ioStatus));
            onChange.run();
        }
    }
}
