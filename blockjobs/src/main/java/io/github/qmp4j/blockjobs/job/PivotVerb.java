package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.Doubt;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.PivotHookException;
import io.github.qmp4j.blockjobs.PivotHooks;
import io.github.qmp4j.blockjobs.text.Bounds;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.threads.Futures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A pivot with the user's hooks right before and right after it. */
public final class PivotVerb {
    private final PivotHooks hooks;
    private final List<BlockJob> jobs;
    private final Executor callbacks;

    public PivotVerb(PivotHooks hooks, List<BlockJob> jobs, Executor callbacks) {
        this.hooks = hooks;
        this.jobs = jobs;
        this.callbacks = callbacks;
    }

    /** Completes as the pivot does, once both hooks are done; fails with {@link PivotHookException} where one fails. */
    public <T> CompletableFuture<T> around(Supplier<CompletableFuture<T>> pivot) {
        if (hooks.equals(PivotHooks.NONE)) {
            return pivot.get();
        }
        CompletableFuture<T> switched = Futures.either(
                run(() -> hooks.before(infos())),
                done -> pivot.get(),
                cause -> CompletableFuture.failedFuture(PivotHookException.before(infos(), cause)));
        return heldUpOrOver(switched)
                .thenCompose(due -> Futures.either(
                        run(() -> hooks.after(infos())),
                        done -> switched,
                        cause -> switched.thenCompose(
                                late -> CompletableFuture.failedFuture(PivotHookException.after(infos(), cause)))));
    }

    private List<JobInfo> infos() {
        return jobs.stream().map(BlockJob::info).toList();
    }

    /** Completes when the pivot has, however, or something holds it up that may take for ever. Never fails. */
    private CompletableFuture<Void> heldUpOrOver(CompletableFuture<?> switched) {
        CompletableFuture<Void> due = new CompletableFuture<>();
        List<EventSubscription> watches = jobs.stream()
                .map(job -> job.onUpdate(info -> heldUp(info, due)))
                .toList();
        switched.whenComplete((outcome, failure) -> due.complete(null));
        return due.whenComplete((done, failure) -> watches.forEach(EventSubscription::close));
    }

    private static void heldUp(JobInfo info, CompletableFuture<Void> due) {
        if (info.status() == JobStatus.PAUSED_ON_ERROR || info.doubt().equals(Optional.of(Doubt.STALLED))) {
            due.complete(null);
        }
    }

    private CompletableFuture<?> run(Supplier<CompletionStage<?>> hook) {
        CompletableFuture<?> done =
                CompletableFuture.supplyAsync(hook, callbacks).thenCompose(stage -> stage);
        return hooks.limit()
                .<CompletableFuture<?>>map(limit -> within(limit, done))
                .orElse(done);
    }

    private <T> CompletableFuture<T> within(Duration limit, CompletableFuture<T> hook) {
        Bounds.requirePositive("limit", limit);
        CompletableFuture<T> bounded = hook.copy();
        CompletableFuture<Boolean> timer =
                new CompletableFuture<Boolean>().completeOnTimeout(true, limit.toNanos(), TimeUnit.NANOSECONDS);
        timer.thenAcceptAsync(
                late -> {
                    if (late) {
                        bounded.completeExceptionally(
                                new BlockJobException("it was not over after %d ms".formatted(limit.toMillis())));
                    }
                },
                callbacks);
        return bounded.whenComplete((value, failure) -> timer.complete(false));
    }
}
