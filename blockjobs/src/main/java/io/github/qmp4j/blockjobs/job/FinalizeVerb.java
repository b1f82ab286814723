package io.github.qmp4j.blockjobs.job;

import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobEndedException;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.end.EndFacts;
import io.github.qmp4j.blockjobs.end.NodeFlush;
import io.github.qmp4j.blockjobs.end.SentVerbs;
import io.github.qmp4j.blockjobs.file.Migrations;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.outcome.OutcomeRule;
import io.github.qmp4j.blockjobs.session.ReturningClient;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Ends a pull or an intermediate commit that waits in PENDING. QEMU itself would rewrite the header before the data is on disk, and
 * a power cut in between would lose the data. So in PENDING, where nothing has changed yet and the guest goes on, in this order:
 * what the job wrote is flushed, the graph is looked at, the header is proved to be writable, the step is written down, and only
 * then {@code job-finalize} is sent. Where one of these fails, a job of ours is cancelled: the chain and its headers stay as they were.
 *
 * <p>A job is ours if this side has started it or has taken it over. Another one is finalized only when its user asks, and left
 * as it is where that fails.
 */
final class FinalizeVerb {
    private final TrackedJob job;
    private final JobVerbs verbs;
    private final JobContext context;
    private final Optional<BlockJobRequest> request;
    private final OutcomeRule rule;

    /** Whether this side finalizes it without being asked. */
    private volatile boolean byItself;

    /** @param request what it was started with; empty for another client's job */
    FinalizeVerb(
            TrackedJob job, JobVerbs verbs, JobContext context, Optional<BlockJobRequest> request, OutcomeRule rule) {
        this.job = job;
        this.verbs = verbs;
        this.context = context;
        this.request = request;
        this.rule = rule;
    }

    /** Whether the job, as far as is known at its start, can never be pivoted. */
    boolean neverReady() {
        return rule.neverReady();
    }

    /**
     * From now on a pull or an intermediate commit is finalized as soon as it is PENDING. QEMU ends a copy and an active commit
     * itself, and a backup is for its own client to finalize. A second call does nothing.
     */
    void byItself() {
        if (byItself || !rule.mayWait()) {
            return;
        }
        byItself = true;
        job.change(JobState::finalized);
        Futures.orElse(
                job.pending()
                        .thenCompose(pending -> isHeld(false))
                        .thenCompose(held -> held && isAutomatic() ? inOrder() : job.outcome()),
                cause -> cause instanceof JobEndedException ? job.outcome() : Futures.flat(withdraw(cause)));
    }

    /** An active commit of another client is past READY; when it is switched is for its user to say. */
    private boolean isAutomatic() {
        return byItself && !job.info().ready();
    }

    /** What becomes of the job when this side stops watching it, to be added to a sentence; empty where it ends alone. */
    String unwatched() {
        boolean waits = rule.mayWait()
                && (byItself || request.isPresent())
                && !job.info().ready();
        return waits
                ? "; as long as QEMU runs, it waits in PENDING%s when its data is moved, and keeps its chain, until it is adopted"
                        .formatted(rule.neverReady() ? "" : ", or READY if it commits the active layer,")
                : "";
    }

    CompletableFuture<JobOutcome> finalizeJob() {
        boolean isOurTask = request.isPresent() && !request.get().settings().manualFinalize();
        CompletableFuture<Boolean> waits = isOurTask ? CompletableFuture.completedFuture(false) : isHeld(true);
        return waits.thenCompose(held -> held
                ? whenPending()
                : CompletableFuture.failedFuture(new BlockJobException(
                        "job %s finalizes itself; there is nothing to be done".formatted(job.id()))));
    }

    /** @param unlisted what counts for one that is not listed: it has ended, or is of a kind that QEMU tells this of nowhere */
    private CompletableFuture<Boolean> isHeld(boolean unlisted) {
        return context.queryBlockJob(job.id()).thenApply(entry -> entry.map(
                        found -> !found.path("auto-finalize").asBoolean())
                .orElse(unlisted));
    }

    private CompletableFuture<JobOutcome> whenPending() {
        return Futures.either(
                job.pending(), pending -> isAutomatic() ? job.outcome() : inOrder(), cause -> job.outcome());
    }

    private CompletableFuture<JobOutcome> inOrder() {
        return Futures.orElse(
                Futures.flat(context.headers().during(this::taken)),
                cause -> cause instanceof QmpDisconnectedException
                        ? job.outcome()
                        : CompletableFuture.failedFuture(cause));
    }

    /** Completes when QEMU has answered, with the outcome to come. */
    private CompletableFuture<CompletableFuture<JobOutcome>> taken() {
        // What a session is lost in the midst of is done from the beginning in the next one.
        CompletableFuture<Boolean> ready = ReturningClient.again(
                context.client(),
                // Another process that adopted the job may have been quicker.
                () -> isPending()
                        .thenCompose(pending -> pending
                                ? prepared().thenApply(done -> true)
                                : CompletableFuture.completedFuture(false)));
        return Futures.either(
                ready,
                isReady -> isReady && !verbs.isDecided() ? send() : CompletableFuture.completedFuture(job.outcome()),
                cause -> request.isPresent() || byItself ? withdraw(cause) : CompletableFuture.failedFuture(cause));
    }

    private CompletableFuture<Boolean> isPending() {
        return context.queryJob(job.id()).thenApply(entry -> entry.filter(
                        found -> JobStatus.of(found.path("status").asText()) == JobStatus.PENDING)
                .isPresent());
    }

    private CompletableFuture<Void> prepared() {
        return Migrations.requireImages(context.client())
                .thenCompose(active -> NodeFlush.of(context, rule.written(job.id())))
                .thenCompose(flushed -> job.beforeChange())
                .thenCompose(ready -> context.graphs().read())
                .thenCompose(graph -> {
                    rule.misfit(graph).ifPresent(why -> {
                        throw new BlockJobException(why);
                    });
                    return proved(graph);
                })
                .thenCompose(proved -> job.ending().steps().finalizing());
    }

    /** The end of the job waits for it. Where another client has finalized the job already, the header is no longer touched. */
    private CompletableFuture<Void> proved(Graph graph) {
        CompletableFuture<Void> proof = new CompletableFuture<>();
        return job.ending()
                .waitsFor(proof)
                .thenCompose(mayWrite -> mayWrite
                        ? rule.proveHeader(context, job.id(), graph)
                                .whenComplete((done, failure) -> proof.complete(null))
                        : CompletableFuture.<Void>completedFuture(null));
    }

    /** QEMU's reply is no proof: it is the same where what was prepared could not be carried out. */
    private CompletableFuture<CompletableFuture<JobOutcome>> send() {
        return verbs.sent(EndFacts.Asked.FINALIZE, () -> context.execute("job-finalize", job.id()));
    }

    /** A job that is no longer PENDING has been ended by another client; one that a user cancels is no failure. */
    private CompletableFuture<CompletableFuture<JobOutcome>> withdraw(Throwable failure) {
        Throwable cause = Futures.cause(failure);
        return cause instanceof QmpDisconnectedException || verbs.isDecided()
                ? CompletableFuture.completedFuture(job.outcome())
                : isPending()
                        .thenCompose(
                                pending -> pending ? cancel(cause) : CompletableFuture.completedFuture(job.outcome()));
    }

    private CompletableFuture<CompletableFuture<JobOutcome>> cancel(Throwable cause) {
        job.ending()
                .withdrawn("%s; so the job was cancelled instead of finalized, and the chain is unchanged"
                        .formatted(cause.getMessage()));
        return verbs.unlessOver(() -> context.execute("job-cancel", job.id())).handle((done, refusal) -> {
            if (refusal != null && !SentVerbs.isInDoubt(refusal)) {
                job.change(state -> state.refused("it could not be finalized (%s), nor cancelled: %s"
                        .formatted(cause.getMessage(), Futures.cause(refusal).getMessage())));
            }
            return job.outcome();
        });
    }
}
