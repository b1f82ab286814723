package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockJobRequest;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.PivotHooks;
import io.github.qmp4j.blockjobs.StartTogetherException;
import io.github.qmp4j.blockjobs.WhenReady;
import io.github.qmp4j.blockjobs.job.JobHandle;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Starts the jobs of several disks; if one cannot be started, cancels those already started. */
public final class StartTogether {
    private final JobStarter starter;
    private final Executor callbacks;

    public StartTogether(JobStarter starter, Executor callbacks) {
        this.starter = starter;
        this.callbacks = callbacks;
    }

    public CompletableFuture<List<BlockJob>> start(List<BlockJobRequest> requests) {
        List<PivotHooks> hooks = requests.stream()
                .map(request -> request.settings().pivotHooks())
                .distinct()
                .toList();
        if (hooks.size() > 1) {
            return CompletableFuture.failedFuture(new BlockJobException(
                    "the jobs of a group are pivoted between the same hooks; give all requests the same"));
        }
        return checked(requests, new ArrayList<>())
                .thenCompose(done -> startFrom(requests, new ArrayList<>()))
                .thenApply(jobs -> {
                    atBarrier(requests, jobs, hooks.isEmpty() ? PivotHooks.NONE : hooks.get(0));
                    return jobs;
                });
    }

    /** What refuses one of them, and two on one disk, is found before any is started. */
    private CompletableFuture<Void> checked(List<BlockJobRequest> requests, List<BlockNode> disks) {
        if (disks.size() == requests.size()) {
            return CompletableFuture.completedFuture(null);
        }
        BlockJobRequest next = requests.get(disks.size());
        return starter.preview(next)
                .handle((preview, refusal) -> {
                    if (refusal != null) {
                        return CompletableFuture.<Void>failedFuture(
                                new StartTogetherException(next, Futures.cause(refusal), List.of()));
                    }
                    BlockNode disk = preview.before().activeLayer();
                    if (disks.stream().anyMatch(disk::isSameImage)) {
                        return CompletableFuture.<Void>failedFuture(new BlockJobException(
                                "disk %s is named twice, and has one job at a time; nothing was started"
                                        .formatted(next.disk())));
                    }
                    disks.add(disk);
                    return checked(requests, disks);
                })
                .thenComposeAsync(result -> result, callbacks);
    }

    private CompletableFuture<List<BlockJob>> startFrom(List<BlockJobRequest> requests, List<BlockJob> started) {
        if (started.size() == requests.size()) {
            return CompletableFuture.completedFuture(List.copyOf(started));
        }
        BlockJobRequest next = requests.get(started.size());
        return starter.start(next, job -> {
                    // A pivot is begun at the barrier, not by the job alone.
                    if (next.whenReady() != WhenReady.PIVOT) {
                        job.begun();
                    }
                })
                .handle((job, refusal) -> {
                    if (refusal != null) {
                        return undone(next, Futures.cause(refusal), started);
                    }
                    started.add(job);
                    return startFrom(requests, started);
                })
                .thenComposeAsync(result -> result, callbacks);
    }

    private static CompletableFuture<List<BlockJob>> undone(
            BlockJobRequest refused, Throwable refusal, List<BlockJob> started) {
        return Futures.each(started, job -> JobHandle.own(job).cancel())
                .handle((outcomes, failure) -> failure == null
                        ? new StartTogetherException(refused, refusal, outcomes)
                        : new StartTogetherException(refused, refusal, started, Futures.cause(failure)))
                .thenCompose(CompletableFuture::failedFuture);
    }

    private static void atBarrier(List<BlockJobRequest> requests, List<BlockJob> jobs, PivotHooks hooks) {
        List<BlockJob> pivots = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            if (requests.get(i).whenReady() == WhenReady.PIVOT) {
                pivots.add(jobs.get(i));
            }
        }
        if (pivots.isEmpty()) {
            return;
        }
        PivotGroup.of(pivots).pivot(hooks).exceptionally(failure -> {
            String why = "PIVOT at READY was refused: " + Futures.cause(failure).getMessage();
            pivots.forEach(job -> ((JobHandle) job).tell(why));
            return List.of();
        });
    }
}
