package io.github.qmp4j.blockjobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.JobEndedException;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.PivotHooks;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.blockjobs.async.Pause;
import io.github.qmp4j.blockjobs.end.EndFacts.Asked;
import io.github.qmp4j.blockjobs.end.SentVerbs;
import io.github.qmp4j.blockjobs.file.Migrations;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.text.Bounds;
import io.github.qmp4j.threads.Futures;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The verbs of one job. A verb that QEMU refuses because the job has just ended is no failure: the outcome tells
 * what happened.
 */
final class JobVerbs {
    private final TrackedJob job;
    private final JobContext context;
    private final CrashGuard deadly;

    /** Whether a verb that ends the job was called, so that nothing else is to be done at READY. */
    private volatile boolean decided;

    JobVerbs(TrackedJob job, JobContext context, CrashGuard deadly) {
        this.job = job;
        this.context = context;
        this.deadly = deadly;
    }

    void decide() {
        decided = true;
    }

    boolean isDecided() {
        return decided;
    }

    CompletableFuture<Void> pause() {
        return unlessOver(() -> context.execute("job-pause", job.id()))
                .thenCompose(done -> job.change(state -> state.pausedByUser(true)));
    }

    CompletableFuture<Void> resume() {
        return unlessOver(
                        () -> deadly.refuseResume(job.id()).thenCompose(ok -> context.execute("job-resume", job.id())))
                .thenCompose(done -> job.change(state -> state.pausedByUser(false)));
    }

    CompletableFuture<Void> setSpeed(long bytesPerSecond) {
        Bounds.requireSpeed(bytesPerSecond);
        return unlessOver(() -> context.client()
                .execute(QmpCommand.of("block-job-set-speed")
                        .with("device", job.id().value())
                        .with("speed", bytesPerSecond)));
    }

    /** Does at READY what the request says. Where QEMU refuses that for good, the job stays READY and its info tells why. */
    void atReady(WhenReady then, PivotHooks hooks) {
        Supplier<CompletableFuture<JobOutcome>> verb =
                switch (then) {
                    case HOLD -> job::outcome;
                    case PIVOT -> () -> hooked(hooks);
                    case FINISH -> () -> finish(context.options().pivotRetries());
                };
        whenReady(() -> decided ? job.outcome() : verb.get()).exceptionally(failure -> {
            String why = "%s at READY was refused: %s"
                    .formatted(then, Futures.cause(failure).getMessage());
            job.change(state -> state.refused(why));
            return null;
        });
    }

    CompletableFuture<JobOutcome> cancel() {
        decided = true;
        return Futures.flat(sent(Asked.CANCEL, () -> deadly.refuseCancel(job.id())
                .thenCompose(ok -> context.execute("job-cancel", job.id()))));
    }

    CompletableFuture<JobOutcome> pivot(PivotHooks hooks) {
        if (job.handle().neverReady()) {
            return CompletableFuture.failedFuture(new BlockJobException(
                    "job %s ends by itself; it has nothing that the disk could be switched to".formatted(job.id())));
        }
        decided = true;
        return whenReady(() -> hooked(hooks));
    }

    private CompletableFuture<JobOutcome> hooked(PivotHooks hooks) {
        return job.isEnding()
                ? job.outcome()
                : new PivotVerb(hooks, List.of(job.handle()), context.users())
                        .around(() -> complete(context.options().pivotRetries()));
    }

    /** QEMU refuses while the job is in one of its short pauses, so it is asked again for a while. */
    private CompletableFuture<JobOutcome> complete(int retries) {
        if (job.isEnding()) {
            return job.outcome();
        }
        return Migrations.requireImagesIfTold(context.client())
                .thenCompose(active -> job.beforeChange())
                .thenCompose(prepared -> end(
                        Asked.PIVOT,
                        () -> context.execute("job-complete", job.id()),
                        retries,
                        () -> complete(retries - 1)));
    }

    CompletableFuture<JobOutcome> finishWithoutPivot() {
        if (job.handle().neverReady()) {
            return CompletableFuture.failedFuture(
                    new BlockJobException("job %s ends by itself; it cannot be finished earlier".formatted(job.id())));
        }
        decided = true;
        // A job that a user has paused does not become READY.
        return resumeIf(job.info().status() == JobStatus.PAUSED)
                .thenCompose(done -> whenReady(() -> finish(context.options().pivotRetries())));
    }

    private CompletableFuture<JobOutcome> finish(int retries) {
        boolean halted =
                switch (job.info().status()) {
                    case PAUSED, STANDBY, PAUSED_ON_ERROR -> true;
                    // Another client may have paused it, which is not shown at once but makes QEMU refuse.
                    default -> retries < context.options().pivotRetries();
                };
        return resumeIf(halted)
                .thenCompose(done -> end(
                        Asked.FINISH,
                        () -> context.client()
                                .execute(QmpCommand.of("block-job-cancel")
                                        .with("device", job.id().value())),
                        retries,
                        () -> finish(retries - 1)));
    }

    /** QEMU may refuse it, since the job may have gone on by itself. */
    private CompletableFuture<Void> resumeIf(boolean halted) {
        if (!halted) {
            return CompletableFuture.completedFuture(null);
        }
        return resume().exceptionally(failure -> {
            if (Futures.cause(failure) instanceof BlockJobException deadlyVerb) {
                throw deadlyVerb;
            }
            return null;
        });
    }

    private CompletableFuture<JobOutcome> whenReady(Supplier<CompletableFuture<JobOutcome>> then) {
        return Futures.either(
                job.ready(),
                ready -> then.get(),
                cause -> cause instanceof JobEndedException ? job.outcome() : CompletableFuture.failedFuture(cause));
    }

    /** Sends a verb that ends the job; completes when QEMU has answered, with the outcome to come or QEMU's refusal. */
    CompletableFuture<CompletableFuture<JobOutcome>> sent(Asked verb, Supplier<CompletableFuture<JsonNode>> command) {
        return unlessOver(() -> recorded(verb, command)).handle((done, failure) -> answered(failure));
    }

    /** Sends the verb once it is written down; gives QEMU's reply. */
    private CompletableFuture<JsonNode> recorded(Asked verb, Supplier<CompletableFuture<JsonNode>> command) {
        return job.ending().steps().asked(verb).thenCompose(kept -> job.verbs().send(verb, command));
    }

    private CompletableFuture<JobOutcome> answered(@Nullable Throwable failure) {
        if (failure == null || SentVerbs.isInDoubt(failure)) {
            return job.outcome();
        }
        job.ending().steps().refused(job.verbs().last());
        return CompletableFuture.failedFuture(Futures.cause(failure));
    }

    /** Ends the job by a verb, which is sent again for a while where QEMU refuses it. */
    private CompletableFuture<JobOutcome> end(
            Asked verb,
            Supplier<CompletableFuture<JsonNode>> command,
            int retries,
            Supplier<CompletableFuture<JobOutcome>> again) {
        return Futures.flat(unlessOver(() -> recorded(verb, command))
                .handle((done, failure) ->
                        retries > 0 && isRefusal(failure) ? Pause.before(again) : answered(failure)));
    }

    private static boolean isRefusal(@Nullable Throwable failure) {
        return failure != null && Futures.cause(failure) instanceof QmpCommandException;
    }

    /** Sends a verb; if QEMU refuses it to a job that has ended, that is as good as done. */
    CompletableFuture<Void> unlessOver(Supplier<CompletableFuture<?>> verb) {
        if (job.isEnding()) {
            return CompletableFuture.completedFuture(null);
        }
        return Futures.either(verb.get(), done -> Futures.done(), cause -> isOver(cause)
                .thenCompose(over -> over ? Futures.done() : CompletableFuture.failedFuture(cause)));
    }

    private CompletableFuture<Boolean> isOver(Throwable failure) {
        if (job.isEnding()) {
            return CompletableFuture.completedFuture(true);
        }
        if (!(Futures.cause(failure) instanceof QmpCommandException)) {
            return CompletableFuture.completedFuture(false);
        }
        return context.queryJob(job.id()).thenApply(entry -> {
            boolean over =
                    entry.isEmpty() || JobStatus.of(entry.get().path("status").asText()) == JobStatus.CONCLUDED;
            if (over) {
                job.check();
            }
            return over;
        });
    }
}
