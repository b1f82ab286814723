package io.github.qmp4j.blockjobs.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.session.HeaderTurn;
import io.github.qmp4j.blockjobs.text.Replies;
import io.github.qmp4j.client.QmpClient;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What every job of one QEMU works with.
 *
 * @param client whose callbacks are the library's own threads, so that no user can hold them up
 * @param users where what hangs on a user's futures runs, and what listens to a job
 * @param onListener to be run when the progress of a job is to be asked for from now on
 * @param onChange hears what every handle publishes of its job
 * @param heard completes when the jobs have been told of every event that has arrived by now
 */
public record JobContext(
        QmpClient client,
        Executor users,
        GraphReader graphs,
        HeaderTurn headers,
        BlockJobOptions options,
        Runnable onListener,
        Consumer<JobInfo> onChange,
        Supplier<CompletableFuture<Void>> heard) {

    /** Where the library does its own work. */
    public Executor work() {
        return client.options().callbacks();
    }

    /** A command about one job: {@code job-cancel} and its like. */
    public CompletableFuture<JsonNode> execute(String command, JobId id) {
        return client.execute(verb(command, id));
    }

    public static QmpCommand<JsonNode> verb(String command, JobId id) {
        return QmpCommand.of(command).with("id", id.value());
    }

    /**
     * The entry of a job in {@code query-jobs}, which also has those that have ended. The job has been told of all events
     * that came before it, so what it has not heard of by then has not been said.
     */
    public CompletableFuture<Optional<JsonNode>> queryJob(JobId id) {
        return afterEvents(find("query-jobs", "id", id));
    }

    /** An answer overtakes events that came before it; here it waits for them. */
    public <T> CompletableFuture<T> afterEvents(CompletableFuture<T> answer) {
        return answer.thenCompose(value -> heard.get().thenApply(told -> value));
    }

    /** The entry of a job in {@code query-block-jobs}, which knows more of it. */
    public CompletableFuture<Optional<JsonNode>> queryBlockJob(JobId id) {
        return find("query-block-jobs", "device", id);
    }

    private CompletableFuture<Optional<JsonNode>> find(String query, String member, JobId id) {
        return client.execute(QmpCommand.of(query)).thenApply(jobs -> Replies.stream(jobs)
                .filter(job -> job.path(member).asText().equals(id.value()))
                .findFirst());
    }
}
