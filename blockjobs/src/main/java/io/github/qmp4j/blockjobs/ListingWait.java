package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Reads the graph when nodes can be listed: before QEMU 10.0 a pull of anybody's, and on 5.2 a backup, makes that deadly, and only
 * nodes show what a job has done to a disk without a guest device.
 */
final class ListingWait {
    private static final long RETRY_MILLIS = 250;
    /** So often for a job that has ended and that nobody has dismissed yet. */
    private static final int PATIENCE = 20;

    private final JobContext context;
    private final BooleanSupplier wanted;
    private final CompletableFuture<Graph> graph = new CompletableFuture<>();
    private int patience = PATIENCE;

    private ListingWait(JobContext context, BooleanSupplier wanted) {
        this.context = context;
        this.wanted = wanted;
    }

    /**
     * Waits as long as such a job runs, and a few seconds for one that has ended.
     *
     * @param wanted whether anybody still waits
     * @return a graph that is listed, unless the job that is in the way stays undismissed, or it is no longer wanted
     */
    static CompletableFuture<Graph> read(JobContext context, BooleanSupplier wanted) {
        ListingWait wait = new ListingWait(context, wanted);
        wait.attempt();
        return wait.graph;
    }

    private void attempt() {
        context.graphs()
                .read()
                .thenCombine(context.client().execute(QmpCommand.of("query-jobs")), this::taken)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        graph.completeExceptionally(Conclusion.unwrapped(failure));
                    }
                });
    }

    private boolean taken(Graph read, JsonNode jobs) {
        boolean runs = GraphReader.stream(jobs)
                .filter(job -> JobStatus.of(job.path("status").asText()) != JobStatus.CONCLUDED)
                .map(job -> JobType.of(job.path("type").asText()))
                .anyMatch(type -> type == JobType.PULL || type == JobType.BACKUP);
        patience = runs ? PATIENCE : patience - 1;
        if (read.listed() || patience == 0 || !wanted.getAsBoolean()) {
            return graph.complete(read);
        }
        CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS, context.callbacks())
                .execute(this::attempt);
        return false;
    }
}
