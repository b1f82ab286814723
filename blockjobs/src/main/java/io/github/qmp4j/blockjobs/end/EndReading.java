package io.github.qmp4j.blockjobs.end;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What could be found out about a job that has ended: its result is read, it is dismissed, and only then the graph is
 * read, since an ended job holds its nodes.
 *
 * @param seen whether QEMU still had the job, so that {@code error} is its own word
 * @param error the job's error; empty if it had none, or was not seen
 * @param fate what has become of the job in QEMU
 * @param after the graph after that; empty if it could not be read
 * @param doubt why the result or the graph could not be read; empty if both were
 */
public record EndReading(boolean seen, Optional<String> error, Dismissal fate, Optional<Graph> after, String doubt) {

    public enum Dismissal {
        GONE,
        /** Another client is to dismiss it. */
        KEPT,
        /** It may be there, and was ours to dismiss. */
        LEFT
    }

    private static final String NOT_SEEN =
            "another client dismissed the job before its result was read, and no event said how it ended";

    private static final String ANOTHER = "a job has ended, but there is another one of its id";

    /** Nothing can be found out. */
    public static EndReading none(String why) {
        return new EndReading(false, Optional.empty(), Dismissal.GONE, Optional.empty(), why);
    }

    /**
     * Reads result and graph, and between the two dismisses the job if it is ours. Never fails.
     *
     * @param before runs when the result is known, before the job is dismissed
     */
    public static CompletableFuture<EndReading> read(
            JobContext context, JobId id, boolean dismiss, Function<EndReading, CompletableFuture<Void>> before) {
        return context.queryJob(id)
                .thenCompose(entry -> dismissed(context, id, entry, dismiss, before))
                .thenCompose(reading -> reading.doubt().equals(ANOTHER)
                        ? CompletableFuture.completedFuture(reading)
                        : reading.withGraph(context))
                .exceptionally(failure -> new EndReading(
                        false,
                        Optional.empty(),
                        dismiss ? Dismissal.LEFT : Dismissal.KEPT,
                        Optional.empty(),
                        reason(failure)));
    }

    /** Reads the graph only: another client has dismissed the job. Never fails. */
    public static CompletableFuture<EndReading> readGraph(JobContext context) {
        return none(NOT_SEEN).withGraph(context);
    }

    private static CompletableFuture<EndReading> dismissed(
            JobContext context,
            JobId id,
            Optional<JsonNode> entry,
            boolean dismiss,
            Function<EndReading, CompletableFuture<Void>> before) {
        // A job that has not ended is another one that got the id when ours was dismissed.
        Optional<JsonNode> ours =
                entry.filter(job -> JobStatus.of(job.path("status").asText()) == JobStatus.CONCLUDED);
        if (entry.isPresent() && ours.isEmpty()) {
            // It is unknown which of the two is ours, so no graph may prove what the events said.
            return CompletableFuture.completedFuture(none(ANOTHER));
        }
        if (ours.isEmpty()) {
            return CompletableFuture.completedFuture(none(NOT_SEEN));
        }
        Optional<String> error =
                ours.filter(job -> job.has("error")).map(job -> job.get("error").asText());
        EndReading kept = new EndReading(true, error, Dismissal.KEPT, Optional.empty(), "");
        return dismiss
                ? before.apply(kept).thenCompose(done -> kept.dismiss(context, id))
                : CompletableFuture.completedFuture(kept);
    }

    /** Dismisses a job that was kept, and reads the graph again. Never fails. */
    public CompletableFuture<EndReading> dismissed(JobContext context, JobId id) {
        return dismiss(context, id).thenCompose(reading -> reading.withGraph(context));
    }

    private CompletableFuture<EndReading> dismiss(JobContext context, JobId id) {
        return context.execute("job-dismiss", id).handle((reply, failure) -> {
            // A refusal means that another client was quicker.
            boolean gone = failure == null || Futures.cause(failure) instanceof QmpCommandException;
            return new EndReading(seen, error, gone ? Dismissal.GONE : Dismissal.LEFT, Optional.empty(), "");
        });
    }

    /** The same with the graph as it is now. Never fails. */
    public CompletableFuture<EndReading> withGraph(JobContext context) {
        // The end of the job has been heard too by then, so that nothing of it reaches the next job of this id.
        return context.afterEvents(context.graphs().readAll())
                .handle((graph, failure) -> failure == null
                        ? new EndReading(seen, error, fate, Optional.of(graph), doubt)
                        : new EndReading(seen, error, fate, Optional.empty(), reason(failure)));
    }

    private static String reason(Throwable failure) {
        return String.valueOf(Futures.cause(failure).getMessage());
    }
}
