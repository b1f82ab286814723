package io.github.qmp4j.blockjobs.start;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.blockjobs.outcome.ObservedOutcome;
import io.github.qmp4j.blockjobs.outcome.OutcomeRule;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Makes handles on jobs of QEMU of which this process knows only the id. */
public final class Attachment {
    private final JobContext context;
    private final JobRegistry registry;
    private final Runnable onJob;

    /** @param onJob is run when there is one more handle */
    public Attachment(JobContext context, JobRegistry registry, Runnable onJob) {
        this.context = context;
        this.registry = registry;
        this.onJob = onJob;
    }

    /**
     * A handle on the job; empty if QEMU has no such job.
     *
     * @param owned whether this side is to finalize and dismiss the job
     */
    public CompletableFuture<Optional<BlockJob>> attach(JobId id, boolean owned) {
        return registry.find(id.value()).map(open -> join(open, owned)).orElseGet(() -> newHandle(id, owned));
    }

    /** A handle whose end has been told is of no use to an owner, who counts on the job's being dismissed. */
    private CompletableFuture<Optional<BlockJob>> join(TrackedJob open, boolean owned) {
        return owned
                ? open.own().thenComposeAsync(taken -> taken ? taken(open) : newHandle(open.id(), true), context.work())
                : CompletableFuture.completedFuture(Optional.of(open.handle()));
    }

    private static CompletableFuture<Optional<BlockJob>> taken(TrackedJob job) {
        job.handle().finalizes();
        return CompletableFuture.completedFuture(Optional.of(job.handle()));
    }

    /** The graph is read while there is the job, which is asked for before and after: an earlier graph lacks its filter. */
    private CompletableFuture<Optional<BlockJob>> newHandle(JobId id, boolean owned) {
        CompletableFuture<Optional<BlockJob>> none = CompletableFuture.completedFuture(Optional.empty());
        return context.queryJob(id)
                .thenCompose(present -> present.isEmpty()
                        ? none
                        : context.graphs().read().thenCompose(graph -> context.queryJob(id)
                                .thenCompose(entry -> entry.map(job ->
                                                tracked(id, job, graph, owned).thenCompose(met -> join(met, owned)))
                                        .orElse(none))));
    }

    private CompletableFuture<TrackedJob> tracked(JobId id, JsonNode entry, Graph graph, boolean owned) {
        JobType type = JobType.of(entry.path("type").asText());
        boolean ended = JobStatus.of(entry.path("status").asText()) == JobStatus.CONCLUDED;
        return ObservedOutcome.of(context, type, graph, ended).thenApply(rule -> tracked(id, type, rule, owned));
    }

    private TrackedJob tracked(JobId id, JobType type, OutcomeRule rule, boolean owned) {
        TrackedJob met = new TrackedJob(id, type, Optional.empty(), context, rule, owned, registry::forget);
        TrackedJob job = registry.register(met);
        if (job == met) {
            job.met();
            job.check();
            onJob.run();
        }
        return job;
    }
}
