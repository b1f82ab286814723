package io.github.qmp4j.blockjobs.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.JobEndedException;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.end.SentVerbs;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Makes the guest's writes wait for the target of a copy that runs, and waits until QEMU says that both sides are in step. */
final class ActiveCopyVerb {
    private static final String COMMAND = "block-job-change";

    private final TrackedJob job;
    private final JobVerbs verbs;
    private final JobContext context;

    ActiveCopyVerb(TrackedJob job, JobVerbs verbs, JobContext context) {
        this.job = job;
        this.verbs = verbs;
        this.context = context;
    }

    CompletableFuture<Void> change() {
        if (job.info().type() != JobType.COPY) {
            return CompletableFuture.failedFuture(new BlockJobException(
                    "job %s is no copy; QEMU can make the writes of no other job synchronous".formatted(job.id())));
        }
        return context.client()
                .schema()
                .thenCompose(this::send)
                .exceptionally(failure -> {
                    if (SentVerbs.isInDoubt(failure)) {
                        return null;
                    }
                    throw new CompletionException(Futures.cause(failure));
                })
                .thenCompose(sent -> awaitInStep());
    }

    private CompletableFuture<Void> send(QmpSchema schema) {
        if (!schema.hasCommand(COMMAND)) {
            throw new BlockJobException(
                    "job %s cannot be changed: this QEMU has no %s, which came with 8.2; start the copy with synchronous writes instead"
                            .formatted(job.id(), COMMAND));
        }
        return verbs.unlessOver(() -> context.client()
                .execute(QmpCommand.of(COMMAND)
                        .with("id", job.id().value())
                        .with("type", "mirror")
                        .with("copy-mode", "write-blocking")));
    }

    /** That the command was accepted proves nothing: what was dirty before must still be copied. */
    private CompletableFuture<Void> awaitInStep() {
        if (job.isEnding()) {
            return job.outcome().thenCompose(outcome -> CompletableFuture.failedFuture(new JobEndedException(outcome)));
        }
        return Futures.either(
                context.queryBlockJob(job.id()),
                entry -> isInStep(entry) ? Futures.done() : awaitInStepLater(),
                cause -> awaitInStepLater());
    }

    private CompletableFuture<Void> awaitInStepLater() {
        return CompletableFuture.runAsync(() -> {}, later()).thenCompose(again -> awaitInStep());
    }

    private static boolean isInStep(Optional<JsonNode> entry) {
        return entry.filter(copy -> copy.path("actively-synced").asBoolean()).isPresent();
    }

    private Executor later() {
        return CompletableFuture.delayedExecutor(
                context.options().progressInterval().toNanos(), TimeUnit.NANOSECONDS, context.work());
    }
}
