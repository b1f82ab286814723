package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What every job of one QEMU works with.
 *
 * @param onListener to be run when somebody begins to listen to a job
 */
record JobContext(QmpClient client, GraphReader graphs, BlockJobOptions options, Runnable onListener) {

    /** Where all of a job's own work is done too, so nothing may be lost when the user has shut the executor down. */
    Executor callbacks() {
        return task -> {
            try {
                client.options().callbacks().execute(task);
            } catch (RejectedExecutionException e) {
                new Thread(task, "block-job-refused").start();
            }
        };
    }

    /** A command about one job: {@code job-cancel} and its like. */
    CompletableFuture<JsonNode> execute(String command, JobId id) {
        return client.execute(verb(command, id));
    }

    static QmpCommand<JsonNode> verb(String command, JobId id) {
        return QmpCommand.of(command).with("id", id.value());
    }

    /** The entry of a job in {@code query-jobs}, which also has those that have ended. */
    CompletableFuture<Optional<JsonNode>> queryJob(JobId id) {
        return find("query-jobs", "id", id);
    }

    /** The entry of a job in {@code query-block-jobs}, which knows more of it. */
    CompletableFuture<Optional<JsonNode>> queryBlockJob(JobId id) {
        return find("query-block-jobs", "device", id);
    }

    private CompletableFuture<Optional<JsonNode>> find(String query, String member, JobId id) {
        return client.execute(QmpCommand.of(query)).thenApply(jobs -> GraphReader.stream(jobs)
                .filter(job -> job.path(member).asText().equals(id.value()))
                .findFirst());
    }
}
