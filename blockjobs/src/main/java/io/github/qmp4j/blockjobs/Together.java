package io.github.qmp4j.blockjobs;

import io.github.qmp4j.threads.CallFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Stream;

/** Several jobs that wait for each other at READY, and are then ended one after another. */
final class Together {
    private final List<JobHandle> jobs;

    private Together(List<JobHandle> jobs) {
        this.jobs = jobs;
    }

    /** @throws BlockJobException if one of the jobs never becomes READY, or is not of this library's making */
    static Together of(List<BlockJob> jobs) {
        List<JobHandle> handles = new ArrayList<>();
        for (BlockJob job : jobs) {
            if (!(job instanceof JobHandle handle) || handle.neverReady()) {
                throw new BlockJobException(
                        "job %s ends by itself; it has nothing that the disk could be switched to".formatted(job.id()));
            }
            handles.add(handle);
        }
        return new Together(handles);
    }

    /** One outcome for each job, in their order: a pivot until one fails, from then on finished without. */
    CompletableFuture<List<JobOutcome>> pivot(PivotHooks hooks) {
        if (jobs.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        jobs.forEach(JobHandle::decide);
        Executor callbacks = jobs.get(0).callbacks();
        CompletableFuture<List<JobOutcome>> result = allReady().thenCompose(ready -> {
            List<BlockJob> told = List.copyOf(jobs);
            return ready
                    ? new HookedPivot(hooks, told, callbacks)
                            .around(() -> pivotFrom(0))
                            .thenCompose(this::restFinished)
                    : restFinished(0);
        });
        return CallFuture.copyOf(result, callbacks);
    }

    private Stream<BlockJob> own() {
        return jobs.stream().map(JobHandle::own);
    }

    /** Completes with whether all are READY, with false as soon as one has ended before that. Never fails. */
    private CompletableFuture<Boolean> allReady() {
        CompletableFuture<Boolean> all = new CompletableFuture<>();
        List<CompletableFuture<BlockJob>> each = own().map(BlockJob::ready).toList();
        each.forEach(ready -> ready.exceptionally(ended -> {
            all.complete(false);
            return null;
        }));
        CompletableFuture.allOf(each.toArray(CompletableFuture[]::new)).thenRun(() -> all.complete(true));
        return all;
    }

    /** Gives how many have been pivoted when one has not, or all have. */
    private CompletableFuture<Integer> pivotFrom(int place) {
        if (place == jobs.size()) {
            return CompletableFuture.completedFuture(place);
        }
        return JobHandle.own(jobs.get(place))
                .pivot(PivotHooks.NONE)
                .handle((outcome, refused) -> refused == null && outcome.pivoted()
                        ? pivotFrom(place + 1)
                        : CompletableFuture.completedFuture(place))
                .thenCompose(pivoted -> pivoted);
    }

    /** Those from this place on stay on their source; one that has ended gives its outcome as it is. */
    private CompletableFuture<List<JobOutcome>> restFinished(int pivoted) {
        List<CompletableFuture<JobOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            BlockJob job = JobHandle.own(jobs.get(i));
            // Where it cannot be finished, for example since an error holds it up, it is given up.
            outcomes.add(
                    i < pivoted
                            ? job.outcome()
                            : job.finishWithoutPivot().exceptionallyCompose(refused -> job.cancel()));
        }
        return inOrder(outcomes, Function.identity());
    }

    /** All the values, in order, when the last of them is there. */
    static <S, T> CompletableFuture<List<T>> inOrder(List<S> sources, Function<S, CompletableFuture<T>> each) {
        CompletableFuture<List<T>> all = CompletableFuture.completedFuture(List.of());
        for (CompletableFuture<T> one : sources.stream().map(each).toList()) {
            all = all.thenCombine(one, (before, value) -> {
                List<T> more = new ArrayList<>(before);
                more.add(value);
                return more;
            });
        }
        return all;
    }
}
