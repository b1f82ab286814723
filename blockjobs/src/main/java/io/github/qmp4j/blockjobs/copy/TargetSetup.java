package io.github.qmp4j.blockjobs.copy;

import io.github.qmp4j.blockjobs.CopyRequest;
import io.github.qmp4j.blockjobs.CopyTarget;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.node.TargetNodes;
import io.github.qmp4j.blockjobs.node.TargetStep;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Makes the target of a {@code blockdev-mirror} and adds the nodes for it; what fails is undone, or named. */
public final class TargetSetup {
    private final JobContext context;
    private final CopyRequest request;
    private final TargetNodes nodes;
    private boolean madeFile;
    /** QEMU has the file open, and keeps it locked against every other start. */
    private boolean holdsFile;
    /** Written when the start is answered, read by the job's mailbox. */
    private volatile boolean underWay;

    public TargetSetup(JobContext context, CopyRequest request) {
        this.context = context;
        this.request = request;
        this.nodes = new TargetNodes(context.client());
    }

    /** That of a job which an earlier process has started: a target node that was added for it goes as it would have. */
    public static TargetSetup again(JobContext context, CopyPlan plan, Optional<String> targetNode) {
        TargetSetup setup = new TargetSetup(context, plan.copy());
        if (!CopyPlan.byDriveMirror(setup.request) && !(setup.request.target() instanceof CopyTarget.Node)) {
            targetNode.ifPresent(setup.nodes::isThere);
        }
        setup.underWay();
        return setup;
    }

    /** There is a job, or may be: from here on its end decides what becomes of the nodes. */
    public void underWay() {
        underWay = true;
    }

    /** Takes the steps one after another. */
    public CompletableFuture<Void> run(TargetSteps target) {
        return Futures.inTurn(target.steps(), this::take).thenRun(() -> holdsFile = isLocked());
    }

    /** A raw image without a user is open and not locked. */
    private boolean isLocked() {
        return request.target() instanceof CopyTarget.File file
                && !file.format().equals("raw");
    }

    private CompletableFuture<Void> take(TargetStep step) {
        if (step instanceof TargetStep.Create create) {
            madeFile = true;
            return new ImageMaker(context).make(create);
        }
        return step instanceof TargetStep.Add add ? nodes.add(add) : nodes.remove((TargetStep.Remove) step);
    }

    /** There is no job: the nodes go, a file that was made is named. Never fails. */
    public CompletableFuture<StartLeftovers> undone(Throwable cause) {
        return nodes.remove().thenCompose(left -> {
            if (!madeFile || request.newFile().isEmpty()) {
                return CompletableFuture.completedFuture(StartLeftovers.NONE.and(left));
            }
            String path = request.newFile().get();
            return (holdsFile
                            ? StartLeftovers.file(context, path, cause, "it was made for the copy")
                            : StartLeftovers.unclaimed(context, path))
                    .thenApply(file -> file.and(left));
        });
    }

    /** The job has ended. Nodes that the disk does not use go; where it may use them, or the job may go on, they stay. */
    public CompletableFuture<JobOutcome> tidied(JobOutcome outcome) {
        if (!nodes.any() || outcome.head() == JobOutcome.Head.TARGET) {
            return CompletableFuture.completedFuture(outcome);
        }
        if (outcome.end() instanceof JobOutcome.End.Unknown) {
            return CompletableFuture.completedFuture(Outcomes.leaving(
                    outcome, nodes.left("it was added for the copy; it is not known whether it is in use")));
        }
        // A start that was refused is undone by who sent it.
        return underWay
                ? nodes.remove().thenApply(left -> Outcomes.leaving(outcome, left))
                : CompletableFuture.completedFuture(outcome);
    }
}
