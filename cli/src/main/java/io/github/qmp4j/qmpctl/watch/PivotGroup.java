package io.github.qmp4j.qmpctl.watch;

import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.PivotHooks;
import io.github.qmp4j.qmpctl.failure.ExitCode;
import io.github.qmp4j.qmpctl.failure.Failure;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Pivots several jobs when all are READY, one after another until a pivot fails. */
public final class PivotGroup implements PivotHooks {
    private final List<JobWatch> watches;
    private final Consumer<String> say;

    /** Whether the pivots are given up; guarded by this. */
    private boolean givenUp;

    public PivotGroup(List<JobWatch> watches, Consumer<String> say) {
        this.watches = watches;
        this.say = say;
        // The other jobs would wait for the overdue one.
        watches.forEach(watch -> watch.result().thenAccept(last -> {
            if (last.code() == ExitCode.OVERDUE) {
                giveUp();
                watches.forEach(other -> other.overdue("it waits for " + last.disk() + " before its pivot"));
            }
        }));
    }

    /** Called when the starts are over. If one failed, the other jobs are cancelled. */
    public void started() {
        List<BlockJob> jobs =
                watches.stream().flatMap(watch -> watch.job().stream()).toList();
        if (jobs.size() == watches.size()) {
            BlockJobs.pivotTogether(jobs, this).exceptionally(failure -> {
                leftReady(Failure.of(failure));
                return List.of();
            });
            return;
        }
        if (!jobs.isEmpty()) {
            say.accept("not all jobs were started, so none will be pivoted");
        }
        cancel();
    }

    /** Cancels all jobs, unless their pivot has begun. */
    public synchronized void cancel() {
        givenUp = true;
        watches.forEach(JobWatch::cancel);
    }

    private synchronized void giveUp() {
        givenUp = true;
    }

    private synchronized void leftReady(Failure why) {
        if (!givenUp) {
            watches.forEach(watch -> watch.leftReady(why));
        }
    }

    /** From now on a pivot is not interrupted. */
    @Override
    public synchronized CompletionStage<?> before(List<JobInfo> jobs) {
        if (givenUp) {
            return CompletableFuture.failedStage(new IllegalStateException("the pivot is given up"));
        }
        watches.forEach(JobWatch::pivotBegins);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> after(List<JobInfo> jobs) {
        return CompletableFuture.completedStage(null);
    }
}
