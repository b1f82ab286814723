package io.github.qmp4j.blockjobs;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Lets a job that waits in PENDING carry out what it has prepared. */
final class Finalizing {
    private final TrackedJob job;
    private final JobVerbs verbs;
    private final JobContext context;
    private final Optional<BlockJobRequest> request;

    /** @param request what it was started with; empty for somebody else's job */
    Finalizing(TrackedJob job, JobVerbs verbs, JobContext context, Optional<BlockJobRequest> request) {
        this.job = job;
        this.verbs = verbs;
        this.context = context;
        this.request = request;
    }

    /**
     * A job that waits to be finalized drains its source, and where that is switched afterwards it can lose writes of the
     * guest.
     *
     * @throws BlockChainException if such a job is not to finalize itself
     */
    static void check(JobPlan plan) {
        if (plan.request().settings().manualFinalize() && plan.kind().becomesReady) {
            throw new BlockChainException(
                    "a %s that becomes READY cannot wait to be finalized, since it could then lose writes of the guest; hold it at READY instead"
                            .formatted(plan.kind().word));
        }
    }

    CompletableFuture<JobOutcome> finalizeJob() {
        return waits().thenCompose(waits -> waits
                ? whenPending()
                : CompletableFuture.failedFuture(new BlockJobException(
                        "job %s finalizes itself; there is nothing to be done".formatted(job.id()))));
    }

    private CompletableFuture<Boolean> waits() {
        if (request.isPresent()) {
            return CompletableFuture.completedFuture(request.get().settings().manualFinalize());
        }
        // One that is not listed has ended, or is of a kind that QEMU tells this of nowhere.
        return context.queryBlockJob(job.id()).thenApply(entry -> !entry.filter(
                        found -> found.path("auto-finalize").asBoolean())
                .isPresent());
    }

    private CompletableFuture<JobOutcome> whenPending() {
        return job.pending()
                .handle((pending, failure) -> failure == null ? send() : job.outcome())
                .thenCompose(result -> result);
    }

    /** QEMU's reply is no proof: it is the same where what was prepared could not be carried out. */
    private CompletableFuture<JobOutcome> send() {
        job.ask(Evidence.Asked.FINALIZE);
        return verbs.unlessOver(() -> context.execute("job-finalize", job.id()))
                .handle((done, failure) -> {
                    if (failure == null || JobVerbs.isInDoubt(failure)) {
                        return job.outcome();
                    }
                    job.ask(Evidence.Asked.NOTHING);
                    return CompletableFuture.<JobOutcome>failedFuture(Conclusion.unwrapped(failure));
                })
                .thenCompose(result -> result);
    }
}
