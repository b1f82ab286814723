package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobSettings;
import io.github.qmp4j.blockjobs.PivotHooks;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.outcome.OutcomeRule;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.threads.CallFuture;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** What a user holds of a tracked job: every future is a copy, so that nothing done to it reaches the job. */
public final class JobHandle implements BlockJob {
    private final TrackedJob job;
    private final Optional<BlockJobRequest> request;
    private final JobVerbs verbs;
    private final JobContext context;
    private final Executor callbacks;
    private final FinalizeVerb finalizing;

    JobHandle(TrackedJob job, Optional<BlockJobRequest> request, JobContext context, OutcomeRule rule) {
        this.job = job;
        this.request = request;
        this.verbs = new JobVerbs(job, context, new CrashGuard(context, request.isPresent()));
        this.context = context;
        this.callbacks = context.users();
        this.finalizing = new FinalizeVerb(job, verbs, context, request, rule);
    }

    private JobHandle(JobHandle same, Executor callbacks) {
        this.job = same.job;
        this.request = same.request;
        this.verbs = same.verbs;
        this.context = same.context;
        this.callbacks = callbacks;
        this.finalizing = same.finalizing;
    }

    /** The same job as the library itself works with it, so that no user can hold it up. */
    public static BlockJob own(BlockJob job) {
        return job instanceof JobHandle handle ? handle.own() : job;
    }

    public JobHandle own() {
        return new JobHandle(this, context.work());
    }

    /** At READY only requested verbs are sent. */
    public void decide() {
        verbs.decide();
    }

    public boolean neverReady() {
        return finalizing.neverReady();
    }

    public Executor callbacks() {
        return callbacks;
    }

    /** What was to be done with it cannot be done, and its info is to say so. */
    public void tell(String refusal) {
        job.change(state -> state.refused(refusal));
    }

    /** The disk is not to be switched after all: ends the job without that, and has its outcome say why. */
    public CompletableFuture<JobOutcome> giveUp(String why) {
        job.ending().givenUp(why);
        // Where it cannot be finished, for example since an error holds it up, it is cancelled.
        return finishWithoutPivot().exceptionallyCompose(refused -> cancel());
    }

    /** Its start is answered, so what it was asked to do at READY can be prepared. */
    public void begun() {
        request.ifPresent(
                asked -> verbs.atReady(asked.whenReady(), asked.settings().pivotHooks()));
    }

    /** It is to be finalized without being asked, unless its request says otherwise. */
    public void finalizes() {
        if (request.filter(asked -> asked.settings().manualFinalize()).isEmpty()) {
            finalizing.byItself();
        }
    }

    /** What becomes of it in QEMU when this side stops watching it; empty where it ends alone. */
    String unwatched() {
        return finalizing.unwatched();
    }

    @Override
    public JobId id() {
        return job.id();
    }

    @Override
    public JobInfo info() {
        return job.info();
    }

    @Override
    public Optional<BlockJobRequest> request() {
        return request;
    }

    @Override
    public CompletableFuture<BlockJob> ready() {
        return copy(job.ready().thenApply(ready -> this));
    }

    @Override
    public CompletableFuture<JobOutcome> outcome() {
        return copy(job.outcome());
    }

    private <T> CompletableFuture<T> copy(CompletableFuture<T> original) {
        return CallFuture.copyOf(original, callbacks);
    }

    @Override
    public EventSubscription onUpdate(Consumer<? super JobInfo> listener) {
        return job.onUpdate(listener);
    }

    @Override
    public CompletableFuture<Void> pause() {
        return copy(verbs.pause());
    }

    @Override
    public CompletableFuture<Void> resume() {
        return copy(verbs.resume());
    }

    @Override
    public CompletableFuture<Void> setSpeed(long bytesPerSecond) {
        return copy(verbs.setSpeed(bytesPerSecond));
    }

    @Override
    public CompletableFuture<JobOutcome> pivot() {
        return pivot(request.map(BlockJobRequest::settings)
                .map(JobSettings::pivotHooks)
                .orElse(PivotHooks.NONE));
    }

    @Override
    public CompletableFuture<JobOutcome> pivot(PivotHooks hooks) {
        return copy(verbs.pivot(hooks));
    }

    @Override
    public CompletableFuture<Void> switchToActiveCopy() {
        return copy(new ActiveCopyVerb(job, verbs, context).change());
    }

    @Override
    public CompletableFuture<JobOutcome> finalizeJob() {
        return copy(finalizing.finalizeJob());
    }

    @Override
    public CompletableFuture<JobOutcome> finishWithoutPivot() {
        return copy(verbs.finishWithoutPivot());
    }

    @Override
    public CompletableFuture<JobOutcome> cancel() {
        return copy(verbs.cancel());
    }
}
