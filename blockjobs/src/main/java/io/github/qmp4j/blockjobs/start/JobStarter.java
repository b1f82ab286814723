package io.github.qmp4j.blockjobs.start;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobPreview;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.blockjobs.bitmap.BitmapPlan;
import io.github.qmp4j.blockjobs.copy.TargetSteps;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobHandle;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.NodeReservation;
import io.github.qmp4j.blockjobs.plan.PlainText;
import io.github.qmp4j.blockjobs.plan.Planner;
import io.github.qmp4j.blockjobs.plan.StartCommand;
import io.github.qmp4j.blockjobs.record.JobRecorder;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Starts jobs, and previews starts. */
public final class JobStarter {
    private final JobContext context;
    private final JobRegistry registry;
    private final Preflight preflight;
    private final JobRecorder records;

    /** @param records the steps of the one job that this starts, or of none */
    public JobStarter(JobContext context, JobRegistry registry, JobRecorder records) {
        this.context = context;
        this.registry = registry;
        this.preflight = new Preflight(context, registry);
        this.records = records;
    }

    CompletableFuture<BlockJob> start(BlockJobRequest request) {
        return start(request, JobHandle::begun);
    }

    /**
     * Starts a job, and tells its id before.
     *
     * @param named hears the id before anything is made or sent; what it throws fails the start
     */
    public CompletableFuture<BlockJob> named(BlockJobRequest request, Consumer<? super JobId> named) {
        return start(request, named, JobHandle::begun);
    }

    /** @param begun is done when the command is answered, or for good in doubt */
    CompletableFuture<BlockJob> start(BlockJobRequest request, Consumer<JobHandle> begun) {
        return start(request, id -> {}, begun);
    }

    private CompletableFuture<BlockJob> start(
            BlockJobRequest request, Consumer<? super JobId> named, Consumer<JobHandle> begun) {
        return context.graphs().read(request.disk()).thenCompose(graph -> {
            Disk disk = graph.findForJob(request.disk());
            JobId id = id(request, disk);
            JobRegistry.Reservation hold = registry.reserve(reservation(request, disk), id);
            return held(request, disk, id, new PreparedStart.PendingStart(hold, named, begun))
                    .whenComplete((job, failure) -> {
                        if (failure != null) {
                            registry.release(hold);
                        }
                    });
        });
    }

    /** Until it was reserved, a job that just ended may have changed the chain, and then other nodes have to be kept. */
    private CompletableFuture<BlockJob> held(
            BlockJobRequest request, Disk disk, JobId id, PreparedStart.PendingStart launch) {
        return preflight
                .check(request, disk, id)
                .thenCompose(ready -> registry.change(launch.hold(), NodeReservation.of(ready.plan(), ready.disk()))
                        ? new PreparedStart(context, registry, records, ready, launch).run()
                        : held(request, disk, id, launch));
    }

    public CompletableFuture<JobPreview> preview(BlockJobRequest request) {
        return context.graphs().read(request.disk()).thenCompose(graph -> {
            Disk disk = graph.findForJob(request.disk());
            JobId id = id(request, disk);
            registry.requireFree(reservation(request, disk), id);
            return preflight.check(request, disk, id).thenApply(JobStarter::previewed);
        });
    }

    private static NodeReservation reservation(BlockJobRequest request, Disk disk) {
        return NodeReservation.of(Planner.plan(disk.chain(), request), disk);
    }

    private JobId id(BlockJobRequest request, Disk disk) {
        return records.jobId()
                .or(request.settings()::jobId)
                .orElseGet(() -> JobIds.make(request.type().word(), disk.name()));
    }

    private static JobPreview previewed(Preflight.Ready ready) {
        Optional<TargetSteps> steps = TargetSteps.of(ready.plan(), ready.commands());
        StartCommand start = StartCommand.of(ready.plan(), ready.commands(), steps.map(TargetSteps::node));
        List<QmpCommand<JsonNode>> commands = new ArrayList<>();
        steps.ifPresent(made -> made.steps().forEach(step -> commands.addAll(step.commands())));
        StartCommand.growth(ready.plan(), ready.commands()).ifPresent(commands::add);
        JobPlan plan = ready.plan();
        Optional<BitmapPlan> bitmaps = BitmapPlan.of(ready.plan(), ready.commands(), start.targetNode());
        bitmaps.filter(merged -> !plan.becomesReady()).ifPresent(merged -> commands.add(merged.command()));
        commands.add(start.command());
        boolean switches = plan.becomesReady() && plan.request().whenReady() != WhenReady.FINISH;
        BlockChain after = plan.becomesReady() && !switches ? plan.before() : plan.after();
        return new JobPreview(
                ready.commands().id(),
                plan.before(),
                after,
                commands,
                plan.invalidated(switches),
                PlainText.isWrittenBy(plan));
    }
}
