package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.bitmap.BitmapMerge;
import io.github.qmp4j.blockjobs.copy.TargetSetup;
import io.github.qmp4j.blockjobs.file.FilesInUse;
import io.github.qmp4j.blockjobs.file.HeadFile;
import io.github.qmp4j.blockjobs.file.Migrations;
import io.github.qmp4j.blockjobs.file.ReleasedFiles;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.blockjobs.node.ReleasedNodes;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.record.JobRecorder;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What is checked before a job may change the disk, and what follows once its outcome is decided: the same steps, in the same order,
 * for a job that was started here, for one that was taken over, and for one that no process saw end.
 *
 * @param target what was made for a copy; empty where nothing was
 */
record EndSteps(
        JobContext context,
        JobPlan plan,
        JobRecorder steps,
        BitmapMerge bitmaps,
        HeadFile head,
        ReleasedFiles released,
        Optional<TargetSetup> target,
        Migrations migrations) {

    enum Step {
        /** Bitmaps that were added in vain go; those that were not merged are named. */
        SETTLE_BITMAPS,
        /** The files that hold the guest's data are still at their paths. */
        CHECK_PATHS,
        /** No other program or image of this QEMU uses a released image. */
        CHECK_USERS,
        RECORD_DISMISSED,
        TIDY_TARGET,
        DELETE_FILES,
        /** The nodes of released images; then all that is left is written down. */
        REMOVE_NODES
    }

    /** Has a job take these steps. To be called before the job is registered. */
    void follow(TrackedJob job) {
        job.ending().keep(steps);
        job.beforeChange(this::beforeChange);
        job.ending().afterwards(decided -> from(Step.SETTLE_BITMAPS, decided));
    }

    /** Fails where a pivot, or the end in PENDING, would lose data. */
    private CompletableFuture<Void> beforeChange() {
        return migrations
                .requireNone(plan)
                .thenCompose(none -> head.requireThere())
                .thenCompose(there -> bitmaps.beforePivot());
    }

    /** Takes this step and those after it. Never fails. */
    CompletableFuture<JobOutcome> from(Step first, JobOutcome decided) {
        CompletableFuture<JobOutcome> outcome = CompletableFuture.completedFuture(decided);
        for (Step step : EnumSet.range(first, Step.REMOVE_NODES)) {
            outcome = outcome.thenCompose(before -> take(step, before));
        }
        return outcome;
    }

    private CompletableFuture<JobOutcome> take(Step step, JobOutcome outcome) {
        return switch (step) {
            case SETTLE_BITMAPS -> bitmaps.settled(outcome);
            case CHECK_PATHS -> head.checked(outcome);
            case CHECK_USERS -> new FilesInUse(context).checked(outcome);
            case RECORD_DISMISSED -> steps.dismissed(outcome);
            case TIDY_TARGET ->
                target.map(made -> made.tidied(outcome)).orElseGet(() -> CompletableFuture.completedFuture(outcome));
            case DELETE_FILES -> released.delete(outcome);
            case REMOVE_NODES ->
                new ReleasedNodes(context).remove(outcome, plan.request().settings(), steps::cleaned);
        };
    }
}
