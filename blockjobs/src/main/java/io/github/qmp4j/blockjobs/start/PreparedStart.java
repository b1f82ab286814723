package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.JobConflictException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobStartException;
import io.github.qmp4j.blockjobs.bitmap.BitmapMerge;
import io.github.qmp4j.blockjobs.copy.StartLeftovers;
import io.github.qmp4j.blockjobs.copy.TargetSetup;
import io.github.qmp4j.blockjobs.copy.TargetSteps;
import io.github.qmp4j.blockjobs.file.HeadFile;
import io.github.qmp4j.blockjobs.file.Migrations;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.header.HeaderProof;
import io.github.qmp4j.blockjobs.job.JobHandle;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.blockjobs.outcome.OutcomeRule;
import io.github.qmp4j.blockjobs.outcome.PlannedOutcome;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.StartCommand;
import io.github.qmp4j.blockjobs.record.JobRecorder;
import io.github.qmp4j.threads.Futures;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A start that has passed all checks: its remaining steps, each with its undo. */
final class PreparedStart {
    private final JobContext context;
    private final JobRegistry registry;
    private final JobRecorder records;
    private final Preflight.Ready ready;
    private final PendingStart launch;
    private final Optional<TargetSteps> targetSteps;
    private final StartCommand command;
    private final BitmapMerge bitmaps;
    private final HeadFile head;
    private final Migrations migrations;
    private final Optional<TargetSetup> target;
    private final TrackedJob job;
    private boolean grown;

    /** What a start holds, and who hears of it. */
    record PendingStart(JobRegistry.Reservation hold, Consumer<? super JobId> named, Consumer<JobHandle> begun) {}

    PreparedStart(
            JobContext context, JobRegistry registry, JobRecorder records, Preflight.Ready ready, PendingStart launch) {
        this.context = context;
        this.registry = registry;
        this.records = records;
        this.ready = ready;
        this.launch = launch;
        JobPlan plan = ready.plan();
        this.targetSteps = TargetSteps.of(plan, ready.commands());
        this.command = StartCommand.of(plan, ready.commands(), targetSteps.map(TargetSteps::node));
        this.bitmaps = BitmapMerge.of(context, plan, ready.commands(), command.targetNode());
        this.head = new HeadFile(context, plan);
        this.migrations = new Migrations(context.client());
        this.target = targetSteps.map(steps -> new TargetSetup(context, ((CopyPlan) plan).copy()));
        this.job = job();
    }

    private TrackedJob job() {
        BlockJobRequest request = ready.plan().request();
        OutcomeRule rule = new PlannedOutcome(ready.plan(), ready.disk(), command.targetNode());
        TrackedJob made = new TrackedJob(
                ready.commands().id(), request.type(), Optional.of(request), context, rule, true, done -> {
                    registry.forget(done);
                    registry.release(launch.hold());
                });
        made.ready().thenAccept(reached -> records.ready());
        if (records.jobId().isPresent() || request.settings().jobId().isEmpty()) {
            made.ending().hasIdOfItsOwn();
        }
        new EndSteps(context, ready.plan(), records, bitmaps, head, ready.released(), target, migrations).follow(made);
        return made;
    }

    CompletableFuture<BlockJob> run() {
        Graph graph = ready.commands().graph();
        List<StartSteps.Step> steps = List.of(
                new StartSteps.Step("tell the id", () -> {
                    launch.named().accept(job.id());
                    return Futures.done();
                }),
                new StartSteps.Step(
                        "remove the filters of earlier proofs",
                        () -> HeaderProof.clear(context, ready.plan().before(), graph.edges())),
                new StartSteps.Step("prove the header", () -> HeaderProof.beforeStart(context, ready.plan(), graph)),
                // Before anything is made for the job, so that a later process knows of it.
                new StartSteps.Step(
                        "record the intent",
                        () -> records.intent(ready.plan(), ready.disk(), command.targetNode()),
                        this::forgotten),
                new StartSteps.Step("make the target", this::makeTarget, this::withoutTarget),
                new StartSteps.Step("grow the disk", this::grow, this::stillGrown),
                new StartSteps.Step("merge the bitmaps", bitmaps::beforeStart, bitmaps::undone),
                new StartSteps.Step("send the command", this::send, this::explained));
        return StartSteps.run(steps).thenApply(done -> job.handle());
    }

    private CompletableFuture<Throwable> forgotten(Throwable cause) {
        return Futures.whenOver(records.forget(), () -> CompletableFuture.completedFuture(cause));
    }

    private CompletableFuture<?> makeTarget() {
        return target.isPresent() ? target.get().run(targetSteps.orElseThrow()) : Futures.done();
    }

    private CompletableFuture<Throwable> withoutTarget(Throwable cause) {
        return target.map(made -> made.undone(cause).thenApply(left -> left.refusal(cause, List.of())))
                .orElseGet(() -> CompletableFuture.completedFuture(cause));
    }

    private CompletableFuture<?> grow() {
        return StartCommand.growth(ready.plan(), ready.commands())
                .<CompletableFuture<?>>map(
                        resize -> context.client().execute(resize).thenAccept(reply -> grown = true))
                .orElseGet(Futures::done);
    }

    /** The guest may use what was added by now, so it stays. */
    private CompletableFuture<Throwable> stillGrown(Throwable cause) {
        OptionalLong size = ready.plan().growth();
        return CompletableFuture.completedFuture(
                !grown || size.isEmpty()
                        ? cause
                        : new JobStartException(
                                cause,
                                "; disk %s was grown from %d to %d bytes for the job, and stays so"
                                        .formatted(
                                                ready.disk().name(),
                                                ready.plan().topNode().virtualSize(),
                                                size.getAsLong())));
    }

    /** Events of the id are heard from here on, also those that come before the reply. */
    private CompletableFuture<?> send() {
        if (registry.register(job) != job) {
            throw JobRegistry.conflict(job.id());
        }
        return Futures.either(
                head.see().thenCompose(seen -> migrations.see()).thenCompose(seen -> context.graphs()
                        .startSafely(() -> context.client().execute(command.command()))),
                reply -> head.see().thenCompose(seen -> accepted()),
                this::notAccepted);
    }

    private CompletableFuture<Void> accepted() {
        target.ifPresent(TargetSetup::underWay);
        job.started();
        return records.started().thenAccept(kept -> begun());
    }

    private CompletableFuture<Void> notAccepted(Throwable cause) {
        if (!(cause instanceof QmpException failure && failure.mayHaveReachedQemu())) {
            registry.forget(job);
            job.refused(cause.toString());
            return CompletableFuture.failedFuture(cause);
        }
        target.ifPresent(TargetSetup::underWay);
        job.startInDoubt();
        begun();
        return Futures.done();
    }

    private void begun() {
        launch.begun().accept(job.handle());
        job.handle().finalizes();
    }

    /** Why QEMU has refused the command, as far as the graph shows it: nodes above the disk, or a job that was quicker. */
    private CompletableFuture<Throwable> explained(Throwable cause) {
        if (!(cause instanceof QmpCommandException refusal)) {
            return CompletableFuture.completedFuture(cause);
        }
        List<String> overlays = ready.commands().graph().above(ready.disk().chain());
        return left(refusal)
                .thenCompose(left -> left.isNothing() && overlays.isEmpty()
                        ? quicker().thenApply(other -> other.<Throwable>map(found -> found)
                                .orElse(refusal))
                        : CompletableFuture.completedFuture(left.refusal(refusal, overlays)));
    }

    private CompletableFuture<Optional<JobConflictException>> quicker() {
        return new CompetingStart<>(context, () -> new Preflight(context, registry).conflict(ready)).find();
    }

    /** QEMU makes the file of a drive-mirror before it looks at all the arguments, and leaves it there. */
    private CompletableFuture<StartLeftovers> left(QmpCommandException refusal) {
        return ready.plan()
                .newFile()
                .filter(path -> target.isEmpty())
                .map(path -> StartLeftovers.file(context, path, refusal, "QEMU made it before it refused the copy"))
                .orElseGet(() -> CompletableFuture.completedFuture(StartLeftovers.NONE));
    }
}
