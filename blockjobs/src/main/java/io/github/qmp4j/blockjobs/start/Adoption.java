package io.github.qmp4j.blockjobs.start;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.BitmapRule;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.bitmap.BitmapMerge;
import io.github.qmp4j.blockjobs.copy.TargetSetup;
import io.github.qmp4j.blockjobs.end.EndFacts.Asked;
import io.github.qmp4j.blockjobs.end.NodeFlush;
import io.github.qmp4j.blockjobs.file.HeadFile;
import io.github.qmp4j.blockjobs.file.Migrations;
import io.github.qmp4j.blockjobs.file.ReleasedFiles;
import io.github.qmp4j.blockjobs.graph.Edges;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.blockjobs.outcome.ObservedOutcome;
import io.github.qmp4j.blockjobs.outcome.OutcomeRule;
import io.github.qmp4j.blockjobs.outcome.PlannedOutcome;
import io.github.qmp4j.blockjobs.plan.CommandContext;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.NodeReservation;
import io.github.qmp4j.blockjobs.plan.Planner;
import io.github.qmp4j.blockjobs.record.JobRecorder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Makes handles for the work of a key that was not started here: still in QEMU, or over. */
public final class Adoption {
    private static final Graph NOTHING =
            new Graph(List.of(), List.of(), Map.of(), new Edges(Set.of(), Set.of(), Set.of()));

    private final JobContext context;
    private final JobRegistry registry;
    private final Runnable onJob;

    /** @param onJob to be run when there is one more handle */
    public Adoption(JobContext context, JobRegistry registry, Runnable onJob) {
        this.context = context;
        this.registry = registry;
        this.onJob = onJob;
    }

    /** Takes over the job of this id, if QEMU has one, knowing no more than the request. */
    CompletableFuture<Optional<BlockJob>> adopt(JobId id, BlockJobRequest request) {
        return context.queryJob(id).thenCompose(first -> {
            if (first.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            requireType(id, request, first.get());
            // The graph is read while there is the job: an earlier one lacks its filter.
            return context.graphs().read().thenCompose(graph -> context.queryJob(id)
                    .thenCompose(entry -> {
                        if (entry.isEmpty()) {
                            return CompletableFuture.completedFuture(Optional.<BlockJob>empty());
                        }
                        requireDisk(id, request, graph);
                        boolean ended = JobStatus.of(entry.get().path("status").asText()) == JobStatus.CONCLUDED;
                        return ObservedOutcome.of(context, request.type(), graph, ended)
                                .thenApply(rule -> Optional.of(owned(
                                        tracked(id, request, rule, Optional.empty()), request, JobRecorder.none())));
                    }));
        });
    }

    /** Takes over a job that QEMU still has, and that an earlier process started. */
    CompletableFuture<BlockJob> again(JobRecord record, BlockJobRequest request, JsonNode entry) {
        requireType(record.jobId(), request, entry);
        JobPlan plan = Planner.plan(record.disk().chain(), record.request());
        JobRecorder steps = JobRecorder.after(record, context.options().store());
        CompletableFuture<Void> kept =
                record.step() == JobRecord.Step.INTENT ? steps.started() : CompletableFuture.completedFuture(null);
        ReleasedFiles released = new ReleasedFiles(context, plan);
        HeadFile head = new HeadFile(context, plan);
        Migrations migrations = new Migrations(context.client());
        return kept.thenCompose(done -> migrations.see())
                .thenCompose(done -> released.seeOpen())
                .thenCompose(done -> head.see())
                .thenCompose(done -> merge(plan, record))
                .thenApplyAsync(
                        merge -> again(
                                record,
                                request,
                                new EndSteps(
                                        context,
                                        plan,
                                        steps,
                                        merge,
                                        head,
                                        released,
                                        target(plan, record.targetNode()),
                                        migrations)),
                        context.work());
    }

    private BlockJob again(JobRecord record, BlockJobRequest request, EndSteps after) {
        JobPlan plan = after.plan();
        boolean isObserved = registry.find(record.jobId().value()).isPresent();
        Optional<JobRegistry.Reservation> hold = isObserved
                ? Optional.empty()
                : Optional.of(registry.reserve(NodeReservation.of(plan, record.disk()), record.jobId()));
        OutcomeRule rule = new PlannedOutcome(plan, record.disk(), record.targetNode());
        TrackedJob job = tracked(record.jobId(), request, rule, hold);
        after.follow(job);
        record.asked().ifPresent(verb -> job.verbs().mayHaveSent(asked(verb)));
        return owned(job, request, after.steps());
    }

    /** Finds out again which bitmaps to merge before a pivot; merging twice does no harm. */
    private CompletableFuture<BitmapMerge> merge(JobPlan plan, JobRecord record) {
        boolean isWanted = plan.becomesReady() && record.request().settings().bitmaps() == BitmapRule.MERGE;
        if (!isWanted) {
            return CompletableFuture.completedFuture(BitmapMerge.none(context, plan));
        }
        return context.graphs().read().thenCombine(context.client().schema(), (graph, schema) -> {
            CommandContext commands =
                    new CommandContext(record.jobId(), plan.request().settings(), graph, schema);
            return BitmapMerge.of(context, plan, commands, record.targetNode());
        });
    }

    private TrackedJob tracked(
            JobId id, BlockJobRequest request, OutcomeRule rule, Optional<JobRegistry.Reservation> hold) {
        return new TrackedJob(id, request.type(), Optional.of(request), context, rule, true, done -> {
            registry.forget(done);
            hold.ifPresent(registry::release);
        });
    }

    private BlockJob owned(TrackedJob job, BlockJobRequest request, JobRecorder steps) {
        TrackedJob registered = registry.register(job);
        if (registered == job) {
            job.met();
            job.check();
            onJob.run();
        } else {
            // This side observes it already, so that its end is heard; it is taken over.
            registered.ending().keep(steps);
            registered.own();
        }
        registered.ready().thenAccept(ready -> steps.ready());
        registered.handle().begun();
        if (!request.settings().manualFinalize()) {
            registered.handle().finalizes();
        }
        return registered.handle();
    }

    /** Takes the remaining steps for a job that is over, and gives a handle on it. */
    CompletableFuture<BlockJob> over(JobRecord record, JobOutcome outcome, boolean sameRun) {
        JobRecorder steps = JobRecorder.after(record, context.options().store());
        JobPlan plan = Planner.plan(record.disk().chain(), record.request());
        Optional<String> node = sameRun ? record.targetNode() : Optional.empty();
        EndSteps after = new EndSteps(
                context,
                plan,
                steps,
                BitmapMerge.none(context, plan),
                new HeadFile(context, plan),
                new ReleasedFiles(context, plan),
                target(plan, node),
                new Migrations(context.client()));
        boolean isProved = record.outcome().isPresent();
        return flushed(plan, record, outcome, sameRun)
                .thenCompose(decided ->
                        after.from(isProved ? EndSteps.Step.RECORD_DISMISSED : EndSteps.Step.CHECK_PATHS, decided))
                .thenApply(whole -> ended(record.jobId(), record.request(), whole));
    }

    /** What the graph shows to be done may not be on disk yet, the header above all. */
    private CompletableFuture<JobOutcome> flushed(JobPlan plan, JobRecord record, JobOutcome outcome, boolean sameRun) {
        boolean isDue = sameRun && outcome.completed() && record.outcome().isEmpty();
        if (!isDue) {
            return CompletableFuture.completedFuture(outcome);
        }
        OutcomeRule rule = new PlannedOutcome(plan, record.disk(), record.targetNode());
        return NodeFlush.of(context, rule.written(record.jobId())).thenApply(done -> outcome);
    }

    private Optional<TargetSetup> target(JobPlan plan, Optional<String> node) {
        return plan instanceof CopyPlan copy ? Optional.of(TargetSetup.again(context, copy, node)) : Optional.empty();
    }

    /** A handle on what is over. */
    BlockJob ended(JobId id, BlockJobRequest request, JobOutcome outcome) {
        OutcomeRule rule = new ObservedOutcome(request.type(), NOTHING, true, true);
        TrackedJob job = tracked(id, request, rule, Optional.empty());
        job.ending().known(outcome);
        return job.handle();
    }

    private static void requireType(JobId id, BlockJobRequest request, JsonNode entry) {
        JobType there = JobType.of(entry.path("type").asText());
        if (there != request.type()) {
            throw new JobConflictException(
                    id,
                    "QEMU has a job %s, and it is a %s; give the work a key of its own"
                            .formatted(id, entry.path("type").asText()));
        }
    }

    /** A job that has ended holds no node, and nothing tells its disk. */
    private static void requireDisk(JobId id, BlockJobRequest request, Graph graph) {
        Set<String> held = graph.workedOnBy(id);
        boolean isElsewhere = !held.isEmpty()
                && graph.find(request.disk()).chain().nodes().stream()
                        .flatMap(node -> node.nodeName().stream())
                        .noneMatch(held::contains);
        if (isElsewhere) {
            throw new JobConflictException(
                    id,
                    "QEMU has a job %s, and it is not on disk %s; give the work a key of its own"
                            .formatted(id, request.disk()));
        }
    }

    private static Asked asked(JobRecord.Verb verb) {
        return switch (verb) {
            case PIVOT -> Asked.PIVOT;
            case FINISH -> Asked.FINISH;
            case CANCEL -> Asked.CANCEL;
            case FINALIZE -> Asked.FINALIZE;
        };
    }
}
