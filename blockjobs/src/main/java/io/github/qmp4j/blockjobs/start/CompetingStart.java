package io.github.qmp4j.blockjobs.start;

import io.github.qmp4j.blockjobs.async.Pause;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.job.JobList;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Another process that starts a job on the same disk in the same instant. QEMU lets one of the two start the job, and refuses the other
 * in many ways: the job-id, a node, the target's file or its lock is taken, or a filter stands on the disk while a header is proved. So
 * after a refused start QEMU is looked at for a while: for the job, and for what a process adds to QEMU before it starts one.
 */
final class CompetingStart<T> {
    /** So often nothing must be seen; between two steps of its preparation a rival is invisible. */
    private static final int LOOKS = 5;
    /** A rival that died in its preparation may leave nodes behind, and is not waited for any longer. */
    private static final int LOOKS_AT_PREPARATION = 100;

    private final JobContext context;
    private final Supplier<CompletableFuture<Optional<T>>> search;

    /** @param search looks for the job, or for what it has done */
    CompetingStart(JobContext context, Supplier<CompletableFuture<Optional<T>>> search) {
        this.context = context;
        this.search = search;
    }

    /** What the search finds of the other process; empty if nothing shows that there is one. */
    CompletableFuture<Optional<T>> find() {
        return look(LOOKS, LOOKS_AT_PREPARATION);
    }

    private CompletableFuture<Optional<T>> look(int looks, int atMost) {
        if (looks == 0 || atMost == 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        // Searched from the last to the first.
        return isPreparing().thenCompose(preparing -> search.get()
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : Pause.before(() -> look(preparing ? LOOKS : looks - 1, atMost - 1))));
    }

    private CompletableFuture<Boolean> isPreparing() {
        return context.graphs()
                .edges()
                .thenCombine(
                        JobList.read(context),
                        (edges, jobs) -> edges.nodes().stream()
                                        .anyMatch(node -> JobIds.isProof(node)
                                                || (JobIds.isTarget(node)
                                                        && edges.users(node).isEmpty()))
                                || jobs.stream().anyMatch(job -> JobIds.isCreation(job.id())));
    }
}
