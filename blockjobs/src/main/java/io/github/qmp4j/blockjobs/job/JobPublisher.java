package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.JobEndedException;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.event.EventSubscription;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Publishes one job's status changes, its READY state and its final outcome. */
final class JobPublisher {
    private final Executor mailbox;
    private final JobListeners updates;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> pending = new CompletableFuture<>();
    private final CompletableFuture<JobOutcome> outcome = new CompletableFuture<>();

    /** Written by the mailbox, read by any thread. */
    private volatile JobInfo info;

    /** @param mailbox that of the job */
    JobPublisher(JobInfo first, Executor mailbox, Executor callbacks) {
        this.info = first;
        this.mailbox = mailbox;
        this.updates = new JobListeners(callbacks);
    }

    /** To be called in the mailbox, as {@link #reached} and {@link #ended}. */
    void changed(JobInfo now) {
        info = now;
        updates.tell(now);
    }

    /** The job has this status, and its info shows it. */
    void reached(JobStatus status, boolean isReady) {
        if (isReady) {
            ready.complete(null);
        }
        if (status == JobStatus.PENDING) {
            pending.complete(null);
        }
    }

    void ended(JobOutcome whole) {
        ready.completeExceptionally(new JobEndedException(whole));
        pending.completeExceptionally(new JobEndedException(whole));
        outcome.complete(whole);
        updates.end();
    }

    boolean isHeard() {
        return updates.heard();
    }

    JobInfo info() {
        return info;
    }

    CompletableFuture<Void> ready() {
        return ready;
    }

    CompletableFuture<Void> pending() {
        return pending;
    }

    CompletableFuture<JobOutcome> outcome() {
        return outcome;
    }

    EventSubscription onUpdate(Consumer<? super JobInfo> listener) {
        EventSubscription subscription = updates.add(listener);
        mailbox.execute(() -> updates.catchUp(info, outcome.isDone()));
        return subscription;
    }
}
