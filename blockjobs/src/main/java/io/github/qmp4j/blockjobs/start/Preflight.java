package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.ErrorPolicy;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.bitmap.BitmapGuard;
import io.github.qmp4j.blockjobs.copy.TargetCheck;
import io.github.qmp4j.blockjobs.file.HeadFile;
import io.github.qmp4j.blockjobs.file.Migrations;
import io.github.qmp4j.blockjobs.file.ReleasedFiles;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.graph.Quirks;
import io.github.qmp4j.blockjobs.job.JobList;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.plan.CommandContext;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.NodeReservation;
import io.github.qmp4j.blockjobs.plan.OtherOverlays;
import io.github.qmp4j.blockjobs.plan.PlainText;
import io.github.qmp4j.blockjobs.plan.Planner;
import io.github.qmp4j.blockjobs.plan.SnapshotGuard;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.threads.Futures;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Refuses everything that can be refused before a job is started; it leaves QEMU as it found it. */
final class Preflight {
    private final JobContext context;
    private final JobRegistry registry;

    Preflight(JobContext context, JobRegistry registry) {
        this.context = context;
        this.registry = registry;
    }

    /**
     * What has been looked at and found good.
     *
     * @param disk the disk as it is now
     * @param commands what the commands are written from
     * @param released what it releases, and may delete at its end
     */
    record Ready(Disk disk, JobPlan plan, CommandContext commands, ReleasedFiles released) {}

    /** The graph is read again: until the disk was reserved, a job that just ended may have changed it. */
    CompletableFuture<Ready> check(BlockJobRequest request, Disk disk, JobId id) {
        return Migrations.requireImages(context.client())
                .thenCompose(active -> context.graphs().read(request.disk()))
                .thenCombine(JobList.read(context), (graph, jobs) -> fitting(request, disk, id, graph, jobs))
                .thenCompose(fits -> context.client().schema().thenCompose(schema -> {
                    requireSurvival(fits.plan(), schema);
                    requireQuiet(fits, schema);
                    CommandContext commands = new CommandContext(id, request.settings(), fits.graph(), schema);
                    ReleasedFiles released = new ReleasedFiles(context, fits.plan());
                    return targetFits(fits.plan())
                            .thenCompose(fit -> PlainText.check(context, fits.plan()))
                            .thenCompose(free -> new HeadFile(context, fits.plan()).check())
                            .thenCompose(lasting ->
                                    new IoThreadCheck(context.client()).check(fits.plan(), commands, fits.disk()))
                            .thenCompose(held -> released.check())
                            .thenApply(deletable -> new Ready(fits.disk(), fits.plan(), commands, released));
                }));
    }

    /** QEMU has refused the start: the job that another client has started since the check, if that is in the way. Never fails. */
    CompletableFuture<Optional<JobConflictException>> conflict(Ready ready) {
        JobPlan plan = ready.plan();
        return context.graphs()
                .read()
                .thenCombine(JobList.read(context), (graph, jobs) -> {
                    Conflicts.check(
                            graph,
                            NodeReservation.of(plan, ready.disk()),
                            ready.commands().id(),
                            jobs,
                            registry.reservations());
                    return Optional.<JobConflictException>empty();
                })
                .exceptionally(failure -> Futures.cause(failure) instanceof JobConflictException other
                        ? Optional.of(other)
                        : Optional.empty());
    }

    private record Fitting(JobPlan plan, Disk disk, Graph graph) {}

    private Fitting fitting(BlockJobRequest request, Disk disk, JobId id, Graph graph, List<JobInfo> jobs) {
        Disk now = graph.same(disk)
                .orElseThrow(() -> new BlockChainException("disk %s has just gone".formatted(disk.name())));
        JobPlan plan = Planner.plan(now.chain(), request);
        Conflicts.check(graph, NodeReservation.of(plan, now), id, jobs, registry.reservations());
        OtherOverlays.check(plan, graph);
        BitmapGuard.check(plan, graph);
        SnapshotGuard.check(plan, graph);
        if (plan instanceof CopyPlan copy) {
            copy.requireNamedBacking();
        }
        return new Fitting(plan, now, graph);
    }

    private static void requireSurvival(JobPlan plan, QmpSchema schema) {
        ErrorPolicy policy = plan.request().settings().onError();
        if (plan.becomesReady() && policy != ErrorPolicy.REPORT && !Quirks.survivesErrorsAfterReady(schema)) {
            throw new BlockChainException(
                    "a %s that becomes READY cannot have the error policy %s here, since an I/O error would then kill this QEMU or freeze its monitor; use report"
                            .formatted(plan.word(), policy.qmpName()));
        }
    }

    /** QEMU cannot be asked whether requests are under way, so the user has to say that there are none. */
    private void requireQuiet(Fitting fits, QmpSchema schema) {
        JobPlan plan = fits.plan();
        if (!plan.becomesReady() || context.options().idleExports() || Quirks.survivesStartUnderExports(schema)) {
            return;
        }
        List<BlockNode> switched = plan.before().nodes().subList(0, plan.top() + 1);
        fits.graph().exports().forEach((export, node) -> {
            if (switched.stream().anyMatch(image -> image.nodeName().equals(Optional.of(node)))) {
                throw new BlockChainException(
                        "a %s cannot be started on %s while it is exported (%s), since a request under way would kill this QEMU; remove the export until the job is over, or have its clients wait while the job starts and call BlockJobOptions.withIdleExports"
                                .formatted(plan.word(), node, export));
            }
        });
    }

    private CompletableFuture<?> targetFits(JobPlan plan) {
        return plan instanceof CopyPlan
                ? new TargetCheck(context, plan).check()
                : CompletableFuture.completedFuture(null);
    }
}
