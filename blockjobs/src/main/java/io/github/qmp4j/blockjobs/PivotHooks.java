package io.github.qmp4j.blockjobs;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Hooks that run right before and right after disks are switched, for example to freeze and to thaw the guest's file systems.
 * Both run off the event loop and may send commands, and wait. The pivot waits for them, as long as {@link #limit()} says.
 */
public interface PivotHooks {

    /** Nothing is done. */
    PivotHooks NONE =
            of(jobs -> CompletableFuture.completedStage(null), jobs -> CompletableFuture.completedStage(null));

    /**
     * Hooks of two functions, without a bound of time.
     *
     * @param before what {@link #before} does
     * @param after what {@link #after} does
     */
    static PivotHooks of(
            Function<? super List<JobInfo>, ? extends CompletionStage<?>> before,
            Function<? super List<JobInfo>, ? extends CompletionStage<?>> after) {
        return new PivotHooks() {
            @Override
            public CompletionStage<?> before(List<JobInfo> jobs) {
                return before.apply(jobs);
            }

            @Override
            public CompletionStage<?> after(List<JobInfo> jobs) {
                return after.apply(jobs);
            }
        };
    }

    /**
     * Runs when all of the jobs are READY, right before the first {@code job-complete}. If it fails, none is sent: the jobs
     * stay READY and the guest on the source.
     *
     * @param jobs one, or those of {@link BlockJobs#pivotTogether}, as they are at that moment
     */
    CompletionStage<?> before(List<JobInfo> jobs);

    /**
     * Runs once whenever {@link #before} has been called, also when that failed: when the jobs have ended, when QEMU refuses
     * the pivot, or when the session is lost. It also runs when an I/O error has paused one of the jobs, or one has stalled,
     * since a frozen guest must not wait for that; then the pivot may come later.
     */
    CompletionStage<?> after(List<JobInfo> jobs);

    /**
     * How long each of the two may take, also where it blocks; positive. One that takes longer has failed, though what it has
     * begun goes on. Empty, which is the default, sets no bound.
     */
    default Optional<Duration> limit() {
        return Optional.empty();
    }
}
