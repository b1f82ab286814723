package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpProtocolException;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Starts jobs, and tells beforehand how it would. */
final class JobStarter {
    private final JobContext context;
    private final JobRegistry registry;
    private final Preflight preflight;
    private final JobSteps records;

    /** @param records the steps of the one job that this starts, or of none */
    JobStarter(JobContext context, JobRegistry registry, JobSteps records) {
        this.context = context;
        this.registry = registry;
        this.preflight = new Preflight(context, registry);
        this.records = records;
    }

    CompletableFuture<BlockJob> start(BlockJobRequest request) {
        return start(request, JobHandle::begun);
    }

    /** @param named hears the id before anything is made or sent; what it throws fails the start */
    CompletableFuture<BlockJob> named(BlockJobRequest request, Consumer<? super JobId> named) {
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
            JobRegistry.Hold hold = registry.reserve(claim(request, disk), id);
            return held(request, disk, id, new Launch(hold, named, begun)).whenComplete((job, failure) -> {
                if (failure != null) {
                    registry.release(hold);
                }
            });
        });
    }

    /** Until it was reserved, a job that just ended may have changed the chain, and then other nodes have to be kept. */
    private CompletableFuture<BlockJob> held(BlockJobRequest request, Disk disk, JobId id, Launch launch) {
        return preflight
                .check(request, disk, id)
                .thenCompose(ready -> registry.change(launch.hold(), Claim.of(ready.plan(), ready.disk()))
                        ? prepared(ready, launch)
                        : held(request, disk, id, launch));
    }

    CompletableFuture<JobPreview> preview(BlockJobRequest request) {
        return context.graphs().read(request.disk()).thenCompose(graph -> {
            Disk disk = graph.findForJob(request.disk());
            JobId id = id(request, disk);
            registry.requireFree(claim(request, disk), id);
            return preflight.check(request, disk, id).thenApply(JobStarter::previewed);
        });
    }

    private static Claim claim(BlockJobRequest request, Disk disk) {
        return Claim.of(Planner.plan(disk.chain(), request), disk);
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

    /** What a start holds, and what is done when it is answered. */
    private record Launch(JobRegistry.Hold hold, Consumer<? super JobId> named, Consumer<JobHandle> begun) {}

    private CompletableFuture<BlockJob> prepared(Preflight.Ready ready, Launch launch) {
        launch.named().accept(ready.commands().id());
        Optional<TargetSteps> steps = TargetSteps.of(ready.plan(), ready.commands());
        StartCommand command = StartCommand.of(ready.plan(), ready.commands(), steps.map(TargetSteps::node));
        BitmapMerge merge = new BitmapMerge(
                context,
                ready.plan(),
                BitmapPlan.of(ready.plan(), ready.commands(), command.targetNode()),
                BitmapGuard.refusal(ready.plan(), ready.commands().graph()));
        // Written down before anything is made for the job; whoever calls is told what is left where it is not started.
        Graph graph = ready.commands().graph();
        return HeaderProof.clear(context, ready.plan().before(), graph.edges())
                .thenCompose(cleared -> HeaderProof.beforeStart(context, ready.plan(), graph))
                .thenCompose(proved -> records.intent(ready.plan(), ready.disk(), command.targetNode()))
                .thenCompose(kept -> Futures.orElse(
                        made(ready, launch, steps, command, merge),
                        cause -> Futures.whenOver(records.forget(), () -> CompletableFuture.failedFuture(cause))));
    }

    private CompletableFuture<BlockJob> made(
            Preflight.Ready ready,
            Launch launch,
            Optional<TargetSteps> steps,
            StartCommand command,
            BitmapMerge merge) {
        if (steps.isEmpty()) {
            return grown(ready)
                    .thenCompose(done -> Futures.orElse(
                            merge.beforeStart()
                                    .thenCompose(merged -> send(ready, launch, command, merge, Optional.empty())),
                            cause -> merge.failed(stillGrown(ready, cause))));
        }
        TargetSetup setup = new TargetSetup(context, (CopyRequest) ready.plan().request());
        return setup.run(steps.get()).thenCompose(made -> {
            try {
                return send(ready, launch, command, merge, Optional.of(setup));
            } catch (RuntimeException notSent) {
                return setup.failed(notSent);
            }
        });
    }

    private CompletableFuture<?> grown(Preflight.Ready ready) {
        return StartCommand.growth(ready.plan(), ready.commands())
                .<CompletableFuture<?>>map(context.client()::execute)
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    /** The guest may use what was added by now, so it stays. */
    private static Throwable stillGrown(Preflight.Ready ready, Throwable failure) {
        OptionalLong size = ready.plan().growth();
        return size.isEmpty()
                ? failure
                : new JobStartException(
                        failure,
                        "; disk %s was grown from %d to %d bytes for the job, and stays so"
                                .formatted(
                                        ready.disk().name(),
                                        ready.plan().topNode().virtualSize(),
                                        size.getAsLong()));
    }

    private CompletableFuture<BlockJob> send(
            Preflight.Ready ready,
            Launch launch,
            StartCommand command,
            BitmapMerge merge,
            Optional<TargetSetup> setup) {
        JobId id = ready.commands().id();
        Judge judge = new PlannedJudge(ready.plan(), ready.disk(), command.targetNode());
        TrackedJob job = new TrackedJob(
                id, ready.plan().request().type(), Optional.of(ready.plan().request()), context, judge, true, done -> {
                    registry.forget(done);
                    registry.release(launch.hold());
                });
        HeadFile head = new HeadFile(context, ready.plan());
        Migrations migrations = new Migrations(context.client());
        job.beforeChange(() -> migrations
                .requireNone(ready.plan())
                .thenCompose(none -> head.requireThere())
                .thenCompose(there -> merge.beforePivot()));
        job.ending().keep(records);
        job.ready().thenAccept(reached -> records.ready());
        if (records.jobId().isPresent()
                || ready.plan().request().settings().jobId().isEmpty()) {
            job.ending().hasIdOfItsOwn();
        }
        job.ending().afterwards(ended -> merge.settled(ended)
                .thenCompose(head::checked)
                .thenCompose(new FilesInUse(context)::checked)
                .thenCompose(records::dismissed)
                .thenCompose(outcome -> setup.map(made -> made.tidied(outcome))
                        .orElseGet(() -> CompletableFuture.completedFuture(outcome)))
                .thenCompose(ready.released()::delete)
                .thenCompose(outcome -> new ReleasedNodes(context)
                        .remove(outcome, ready.plan().request().settings(), records::cleaned)));
        // From here on events of this id are heard, also those that come before the reply.
        if (registry.register(job) != job) {
            throw JobRegistry.conflict(id);
        }
        return Futures.either(
                head.see().thenCompose(seen -> migrations.see()).thenCompose(seen -> context.graphs()
                        .startSafely(() -> context.client().execute(command.command()))),
                reply -> head.see().thenCompose(seen -> answered(job, ready, launch, setup, null)),
                cause -> answered(job, ready, launch, setup, cause));
    }

    private CompletableFuture<BlockJob> answered(
            TrackedJob job,
            Preflight.Ready ready,
            Launch launch,
            Optional<TargetSetup> setup,
            @Nullable Throwable failure) {
        if (failure == null) {
            setup.ifPresent(TargetSetup::underWay);
            job.started();
            return records.started().thenApply(kept -> {
                begun(job, launch);
                return job.handle();
            });
        }
        Throwable cause = Futures.cause(failure);
        boolean inDoubt = cause instanceof QmpTimeoutException
                || cause instanceof QmpProtocolException
                || (cause instanceof QmpDisconnectedException lost && lost.wasSent());
        if (inDoubt) {
            setup.ifPresent(TargetSetup::underWay);
            job.startInDoubt();
            begun(job, launch);
            return CompletableFuture.completedFuture(job.handle());
        }
        registry.forget(job);
        job.refused(cause.toString());
        return withdrawn(ready, setup, cause);
    }

    private static void begun(TrackedJob job, Launch launch) {
        launch.begun().accept(job.handle());
        job.handle().finalizes();
    }

    private CompletableFuture<BlockJob> withdrawn(Preflight.Ready ready, Optional<TargetSetup> setup, Throwable cause) {
        if (!(cause instanceof QmpCommandException refusal)) {
            return setup.map(made -> made.<BlockJob>failed(cause))
                    .orElseGet(() -> CompletableFuture.failedFuture(cause));
        }
        CompletableFuture<Remnants> undone = setup.map(made -> made.undone(refusal))
                .orElseGet(() -> remnants(ready.plan().request(), refusal));
        return undone.thenCompose(left -> {
            List<String> overlays = ready.commands().graph().above(ready.disk().chain());
            return left.isNothing() && overlays.isEmpty()
                    ? preflight
                            .conflict(ready)
                            .thenCompose(other -> CompletableFuture.failedFuture(
                                    other.<Throwable>map(job -> job).orElse(refusal)))
                    : CompletableFuture.failedFuture(left.refusal(refusal, overlays));
        });
    }

    /** QEMU makes the target's file before it looks at all the arguments of a copy, and leaves it there. */
    private CompletableFuture<Remnants> remnants(BlockJobRequest request, Throwable refusal) {
        Optional<String> made = request instanceof CopyRequest copy ? copy.newFile() : Optional.empty();
        return made.map(path -> Remnants.file(context, path, refusal, "QEMU made it before it refused the copy"))
                .orElseGet(() -> CompletableFuture.completedFuture(Remnants.NONE));
    }
}
