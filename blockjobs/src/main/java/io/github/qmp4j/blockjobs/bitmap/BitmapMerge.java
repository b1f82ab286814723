package io.github.qmp4j.blockjobs.bitmap;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.JobStartException;
import io.github.qmp4j.blockjobs.Leftover;
import io.github.qmp4j.blockjobs.end.Outcomes;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.plan.CommandContext;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Merges the dirty bitmaps of one job at the right moment, once. Writes to the receiving image after that, by the
 * guest or by the job, are recorded there.
 */
@SuppressWarnings("ReferenceEquality") // of futures, which have no other
public final class BitmapMerge {
    private final JobContext context;
    private final JobPlan plan;
    private final Optional<BitmapPlan> bitmaps;
    private final Optional<BlockChainException> refusal;
    /** Stands in the place of an attempt when none may be made any more. */
    private final CompletableFuture<Void> never = CompletableFuture.completedFuture(null);

    /** The one attempt that QEMU has not refused. */
    private final AtomicReference<@Nullable CompletableFuture<Void>> merged = new AtomicReference<>();

    /** @param refusal why the job may not be pivoted; empty if it may */
    private BitmapMerge(
            JobContext context, JobPlan plan, Optional<BitmapPlan> bitmaps, Optional<BlockChainException> refusal) {
        this.context = context;
        this.plan = plan;
        this.bitmaps = bitmaps;
        this.refusal = refusal;
    }

    /**
     * Those of a job that is about to start, or is taken over.
     *
     * @throws BlockChainException if a bitmap has not recorded all that it would have to stand for
     */
    public static BitmapMerge of(
            JobContext context, JobPlan plan, CommandContext commands, Optional<String> targetNode) {
        return new BitmapMerge(
                context, plan, BitmapPlan.of(plan, commands, targetNode), BitmapGuard.refusal(plan, commands.graph()));
    }

    /** Nothing is merged, and the job may be pivoted. */
    public static BitmapMerge none(JobContext context, JobPlan plan) {
        return new BitmapMerge(context, plan, Optional.empty(), Optional.empty());
    }

    /** Does it if its moment is before the start. */
    public CompletableFuture<Void> beforeStart() {
        return plan.becomesReady() ? CompletableFuture.completedFuture(null) : merge();
    }

    /** Does it if its moment is before a pivot, and fails if the job must not be pivoted. */
    public CompletableFuture<Void> beforePivot() {
        if (!plan.becomesReady()) {
            return CompletableFuture.completedFuture(null);
        }
        return refusal.map(CompletableFuture::<Void>failedFuture).orElseGet(this::merge);
    }

    private CompletableFuture<Void> merge() {
        if (bitmaps.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> earlier = merged.compareAndExchange(null, mine);
        if (earlier != null) {
            return earlier;
        }
        context.client().execute(bitmaps.get().command()).whenComplete((reply, failure) -> {
            if (failure == null) {
                mine.complete(null);
                return;
            }
            Throwable cause = Futures.cause(failure);
            if (cause instanceof QmpCommandException refused) {
                // Nothing has been done, so that it can be tried again.
                merged.compareAndSet(mine, null);
                mine.completeExceptionally(new BlockChainException(
                        "QEMU does not merge the dirty bitmaps into %s: %s; let the request drop them (JobSettings.withBitmaps)"
                                .formatted(bitmaps.get().receiver(), refused.desc())));
            } else {
                mine.completeExceptionally(cause);
            }
        });
        return mine;
    }

    /** The job has ended: what was added in vain goes, and what was not merged is named. Never fails. */
    public CompletableFuture<JobOutcome> settled(JobOutcome outcome) {
        if (bitmaps.isEmpty()) {
            return CompletableFuture.completedFuture(outcome);
        }
        CompletableFuture<Void> attempt = merged.compareAndExchange(null, never);
        return attempt == null
                ? settled(outcome, false)
                : attempt.handle((done, failure) -> merged.get() == attempt)
                        .thenCompose(begun -> settled(outcome, begun));
    }

    private CompletableFuture<JobOutcome> settled(JobOutcome outcome, boolean begun) {
        boolean switched = plan.becomesReady() && outcome.head() == JobOutcome.Head.TARGET;
        if (switched && !begun) {
            return told(outcome, "another client has pivoted the job, so it was not merged and stops here");
        }
        if (!begun || switched || (outcome.completed() && !plan.becomesReady())) {
            return CompletableFuture.completedFuture(outcome);
        }
        if (outcome.end() instanceof JobOutcome.End.Unknown || outcome.head() == JobOutcome.Head.UNKNOWN) {
            return told(outcome, "it was merged, and it is unknown which side the disk is on");
        }
        if (outcome.end() instanceof JobOutcome.End.Failed && !plan.becomesReady()) {
            // How far it came is not known, and a mark too many does no harm.
            return told(outcome, "it was merged for the job, which failed");
        }
        return undone().thenApply(left -> Outcomes.leaving(outcome, left));
    }

    private CompletableFuture<JobOutcome> told(JobOutcome outcome, String why) {
        return CompletableFuture.completedFuture(Outcomes.leaving(outcome, named(why)));
    }

    private List<Leftover> named(String why) {
        return bitmaps.orElseThrow().carried().stream()
                .map(bitmap -> leftover(bitmap.name(), why))
                .toList();
    }

    private Leftover leftover(String name, String why) {
        return new Leftover(Leftover.Kind.BITMAP, bitmaps.orElseThrow().receiver() + "/" + name, why);
    }

    /** Undoes the merge after a failed start: removes the added bitmaps, and gives the cause with those that are left. Never fails. */
    public CompletableFuture<Throwable> undone(Throwable cause) {
        return undone().thenApply(left ->
                left.isEmpty() ? cause : new JobStartException(cause, left, Optional.empty(), List.of()));
    }

    private CompletableFuture<List<Leftover>> undone() {
        List<Leftover> left = new ArrayList<>();
        boolean begun = merged.get() != null && merged.get() != never;
        boolean isThere = begun && plan.keepsReceiver();
        List<String> added = isThere ? bitmaps.orElseThrow().added() : List.of();
        return Futures.inTurn(added, name -> removed(name).thenAccept(why -> why.ifPresent(left::add)))
                .thenApply(done -> left);
    }

    private CompletableFuture<Optional<Leftover>> removed(String bitmap) {
        return context.client()
                .execute(QmpCommand.of("block-dirty-bitmap-remove")
                        .with("node", bitmaps.orElseThrow().receiver())
                        .with("name", bitmap))
                .handle((reply, failure) -> failure == null
                        ? Optional.empty()
                        : Optional.of(leftover(
                                bitmap,
                                "it was added for the job and could not be removed: "
                                        + Futures.cause(failure).getMessage())));
    }
}
