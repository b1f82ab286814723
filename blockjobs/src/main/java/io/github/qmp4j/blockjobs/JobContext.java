package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What every job of one QEMU works with.
 *
 * @param onListener to be run when somebody begins to listen to a job
 */
record JobContext(QmpClient client, GraphReader graphs, BlockJobOptions options, Runnable onListener) {

    Executor callbacks() {
        return client.options().callbacks();
    }

    /** A command about one job: {@code job-cancel} and its like. */
    CompletableFuture<JsonNode> execute(String command, JobId id) {
        return client.execute(QmpCommand.of(command).with("id", id.value()));
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
