package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.JobEndedException;
import io.github.qmp4j.blockjobs.JobOutcome;
import io.github.qmp4j.blockjobs.PivotHooks;
import io.github.qmp4j.blockjobs.job.JobHandle;
import io.github.qmp4j.blockjobs.job.PivotVerb;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.threads.Futures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Several jobs that wait for each other at READY, and are then ended one after another. */
public final class PivotGroup {
    private final List<JobHandle> jobs;
    /** The same as the library works with them. */
    private final List<JobHandle> own;

    private PivotGroup(List<JobHandle> jobs) {
        this.jobs = jobs;
        this.own = jobs.stream().map(job -> job.own()).toList();
    }

    /**
     * Jobs that are to be pivoted together.
     *
     * @throws BlockJobException if one of the jobs never becomes READY, or is not of this library's making
     */
    public static PivotGroup of(Collection<? extends BlockJob> jobs) {
        List<JobHandle> handles = new ArrayList<>();
        for (BlockJob job : jobs) {
            if (!(job instanceof JobHandle handle) || handle.neverReady()) {
                throw new BlockJobException(
                        "job %s ends by itself; it has nothing that the disk could be switched to".formatted(job.id()));
            }
            handles.add(handle);
        }
        return new PivotGroup(handles);
    }

    /** How many were pivoted, and why the next one was not; empty where all were. */
    private record Pivoted(int count, String why) {}

    /** One outcome for each job, in their order: a pivot until one fails, from then on finished without. */
    public CompletableFuture<List<JobOutcome>> pivot(PivotHooks hooks) {
        if (jobs.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        jobs.forEach(JobHandle::decide);
        Executor callbacks = jobs.get(0).callbacks();
        CompletableFuture<List<JobOutcome>> result = firstEnded().thenCompose(ended -> ended.map(
                        why -> CompletableFuture.completedFuture(new Pivoted(0, inWords(why.outcome()))))
                .orElseGet(() -> new PivotVerb(hooks, List.copyOf(jobs), callbacks).around(() -> pivotFrom(0)))
                .thenCompose(this::restGivenUp));
        return CallFuture.copyOf(result, callbacks);
    }

    /** Completes empty when all are READY, and with the first that has ended before that. Never fails. */
    private CompletableFuture<Optional<JobEndedException>> firstEnded() {
        CompletableFuture<Optional<JobEndedException>> first = new CompletableFuture<>();
        List<CompletableFuture<BlockJob>> each =
                own.stream().map(JobHandle::ready).toList();
        each.forEach(ready -> ready.exceptionally(ended -> {
            first.complete(Optional.of((JobEndedException) Futures.cause(ended)));
            return null;
        }));
        CompletableFuture.allOf(each.toArray(CompletableFuture[]::new)).thenRun(() -> first.complete(Optional.empty()));
        return first;
    }

    private CompletableFuture<Pivoted> pivotFrom(int place) {
        if (place == jobs.size()) {
            return CompletableFuture.completedFuture(new Pivoted(place, ""));
        }
        JobHandle job = own.get(place);
        return Futures.either(
                job.pivot(PivotHooks.NONE),
                outcome -> outcome.pivoted()
                        ? pivotFrom(place + 1)
                        : CompletableFuture.completedFuture(new Pivoted(place, inWords(outcome))),
                cause -> CompletableFuture.completedFuture(
                        new Pivoted(place, "job %s could not be pivoted: %s".formatted(job.id(), cause.getMessage()))));
    }

    private static String inWords(JobOutcome outcome) {
        JobOutcome.End end = outcome.end();
        String how = end instanceof JobOutcome.End.Cancelled
                ? "was cancelled"
                : end instanceof JobOutcome.End.Failed failed
                        ? "failed: " + failed.error()
                        : end instanceof JobOutcome.End.Unknown unknown
                                ? "has an unknown end: " + unknown.evidence()
                                : "was finished without a pivot";
        return "job %s %s".formatted(outcome.job(), how);
    }

    /** Those that were not pivoted stay on their source; one that has ended gives its outcome as it is. */
    private CompletableFuture<List<JobOutcome>> restGivenUp(Pivoted pivoted) {
        String why = "the disk was not switched, since " + pivoted.why();
        List<CompletableFuture<JobOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            JobHandle job = own.get(i);
            outcomes.add(i < pivoted.count() ? job.outcome() : job.giveUp(why));
        }
        return Futures.each(outcomes, Function.identity());
    }
}
