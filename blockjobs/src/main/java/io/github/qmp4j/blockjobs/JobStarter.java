package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpProtocolException;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.schema.QmpSchema;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Starts jobs: everything that can be refused is refused before anything is sent. */
final class JobStarter {
    private final JobContext context;
    private final JobRegistry registry;

    JobStarter(JobContext context, JobRegistry registry) {
        this.context = context;
        this.registry = registry;
    }

    CompletableFuture<BlockJob> start(BlockJobRequest request) {
        return context.graphs().read().thenCompose(graph -> {
            Disk disk = graph.find(request.disk());
            JobId id = request.settings()
                    .jobId()
                    .orElseGet(
                            () -> JobIds.make(JobPlan.of(disk.chain(), request).kind().word, disk.name()));
            JobRegistry.Hold hold = registry.reserve(disk, id);
            return reserved(request, disk, id, hold).whenComplete((job, failure) -> {
                if (failure != null) {
                    registry.release(hold);
                }
            });
        });
    }

    /** The graph is read anew: until the disk was reserved, a job that just ended may have changed it. */
    private CompletableFuture<BlockJob> reserved(BlockJobRequest request, Disk disk, JobId id, JobRegistry.Hold hold) {
        return context.graphs()
                .read()
                .thenCombine(JobList.read(context), (graph, jobs) -> checked(request, disk, id, graph, jobs))
                .thenCompose(ready -> context.client()
                        .schema()
                        .thenCompose(schema -> {
                            requireSurvival(ready.plan(), schema);
                            return targetFits(ready.plan())
                                    .thenApply(free -> new StartCommand.Sheet(ready.plan(), id, ready.graph(), schema));
                        })
                        .thenCompose(sheet -> prepared(ready, sheet, hold)));
    }

    private record Ready(JobPlan plan, Disk disk, Graph graph) {}

    private CompletableFuture<BlockJob> prepared(Ready ready, StartCommand.Sheet sheet, JobRegistry.Hold hold) {
        if (!(ready.plan().request() instanceof CopyRequest copy) || copy.byDriveMirror()) {
            return send(ready, sheet.id(), hold, StartCommand.of(sheet, Optional.empty()), Optional.empty());
        }
        TargetSetup setup = new TargetSetup(context, ready.plan());
        return setup.run(sheet).thenCompose(node -> {
            try {
                StartCommand command = StartCommand.of(sheet, Optional.of(node));
                return send(ready, sheet.id(), hold, command, Optional.of(setup));
            } catch (RuntimeException notSent) {
                return setup.failed(notSent);
            }
        });
    }

    private Ready checked(BlockJobRequest request, Disk disk, JobId id, Graph graph, List<JobInfo> jobs) {
        Disk now = graph.same(disk)
                .orElseThrow(() -> new BlockChainException("disk %s has just gone".formatted(disk.name())));
        Conflicts.check(graph, now, id, jobs);
        JobPlan plan = JobPlan.of(now.chain(), request);
        BitmapGuard.check(plan, graph);
        if (request instanceof CopyRequest copy && copy.byDriveMirror() && !copy.reuseExternal()) {
            requireNamedBacking(plan, copy.extent());
        }
        return new Ready(plan, now, graph);
    }

    private static void requireSurvival(JobPlan plan, QmpSchema schema) {
        ErrorPolicy policy = plan.request().settings().onError();
        if (plan.kind().becomesReady && policy != ErrorPolicy.REPORT && !Quirks.survivesErrorsAfterReady(schema)) {
            throw new BlockChainException(
                    "a %s that becomes READY cannot have the error policy %s here, since an I/O error would then kill this QEMU or freeze its monitor; use report"
                            .formatted(plan.kind().word, policy.qmpName()));
        }
    }

    /** For a new target QEMU writes the name of what it stands on as it holds it, and takes none from us. */
    private static void requireNamedBacking(JobPlan plan, CopyExtent extent) {
        int place =
                switch (extent) {
                    case FULL -> plan.before().nodes().size();
                    case TOP -> plan.before().activeImagePlace() + 1;
                    case NONE -> 0;
                };
        plan.before().nodes().stream()
                .skip(place)
                .limit(1)
                .filter(backing -> !backing.path().equals(Optional.of(backing.file())))
                .forEach(backing -> {
                    throw new BlockChainException(
                            "QEMU would write a json: text for %s into the header of the copy; make the target with qemu-img create -b, and ask for reuse"
                                    .formatted(backing.label()));
                });
    }

    private CompletableFuture<?> targetFits(JobPlan plan) {
        return plan.kind() == JobPlan.Kind.COPY
                ? new TargetCheck(context, plan).check()
                : CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<BlockJob> send(
            Ready ready, JobId id, JobRegistry.Hold hold, StartCommand command, Optional<TargetSetup> setup) {
        Judge judge = new PlannedJudge(ready.plan(), ready.disk(), command.targetNode());
        TrackedJob job = new TrackedJob(
                id, type(ready.plan()), Optional.of(ready.plan().request()), context, judge, true, done -> {
                    registry.forget(done);
                    registry.release(hold);
                });
        setup.ifPresent(made -> job.afterwards(made::tidied));
        // From here on events of this id are heard, also those that come before the reply.
        if (registry.register(job) != job) {
            throw JobRegistry.conflict(id);
        }
        return context.graphs()
                .startSafely(() -> context.client().execute(command.command()))
                .handle((reply, failure) -> answered(job, ready, setup, failure))
                .thenCompose(result -> result);
    }

    private CompletableFuture<BlockJob> answered(
            TrackedJob job,
            Ready ready,
            Optional<TargetSetup> setup,
            @org.jspecify.annotations.Nullable Throwable failure) {
        if (failure == null) {
            setup.ifPresent(TargetSetup::underWay);
            job.started();
            job.handle().begun();
            return CompletableFuture.completedFuture(job.handle());
        }
        Throwable cause = Conclusion.unwrapped(failure);
        boolean inDoubt = cause instanceof QmpTimeoutException
                || cause instanceof QmpProtocolException
                || (cause instanceof QmpDisconnectedException lost && lost.wasSent());
        if (inDoubt) {
            setup.ifPresent(TargetSetup::underWay);
            job.startInDoubt();
            job.handle().begun();
            return CompletableFuture.completedFuture(job.handle());
        }
        registry.forget(job);
        job.refused(cause.toString());
        if (!(cause instanceof QmpCommandException refusal)) {
            return setup.map(made -> made.<BlockJob>failed(cause))
                    .orElseGet(() -> CompletableFuture.failedFuture(cause));
        }
        CompletableFuture<List<Leftover>> undone = setup.map(TargetSetup::undone)
                .orElseGet(() -> leftovers(ready.plan().request()));
        return undone.thenCompose(left -> {
            List<GraphNode> overlays = ready.graph().above(ready.disk().chain());
            return CompletableFuture.failedFuture(
                    left.isEmpty() && overlays.isEmpty() ? refusal : new JobStartException(refusal, left, overlays));
        });
    }

    /** QEMU makes the target's file before it looks at all the arguments of a copy, and leaves it there. */
    private CompletableFuture<List<Leftover>> leftovers(BlockJobRequest request) {
        Optional<String> made = request instanceof CopyRequest copy ? copy.newFile() : Optional.empty();
        if (made.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        Leftover file = new Leftover(Leftover.Kind.FILE, made.get(), "QEMU made it before it refused the copy");
        return new TargetProbe(context.client())
                .exists(made.get())
                .exceptionally(unknown -> true)
                .thenApply(exists -> exists ? List.of(file) : List.of());
    }

    private static JobType type(JobPlan plan) {
        return switch (plan.kind()) {
            case PULL -> JobType.PULL;
            case INTERMEDIATE_COMMIT, ACTIVE_COMMIT -> JobType.COMMIT;
            case COPY -> JobType.COPY;
        };
    }
}
