package io.github.qmp4j.blockjobs.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.async.AsyncMutex;
import io.github.qmp4j.blockjobs.session.ReturningClient;
import io.github.qmp4j.blockjobs.text.Replies;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sends {@code query-named-block-nodes} only where that cannot kill QEMU. Before QEMU 10.0 it is sent right after a look at the jobs,
 * and no start of the same session comes between the two, whichever {@link BlockJobs} sends it. A job that another client starts and
 * brings to its end in that moment cannot be kept out, so nothing that a device leads to is read this way.
 */
final class NodeListing {
    /** QEMU's type of the job of {@code blockdev-create}. */
    private static final String CREATE = "create";

    private static final QmpCommand<JsonNode> LIST = QmpCommand.of("query-named-block-nodes");

    /** One for each session with QEMU. */
    private static final Map<QmpClient, AsyncMutex> TURNS = Collections.synchronizedMap(new WeakHashMap<>());

    private final QmpClient client;

    NodeListing(QmpClient client) {
        this.client = client;
    }

    /** Whether the version alone makes it safe. */
    boolean isAlwaysSafe() {
        return quirks(client).mayListNodes(Set.of(JobType.PULL, JobType.BACKUP));
    }

    /** All nodes, without the layers below each; empty where that is not safe now. */
    CompletableFuture<Optional<JsonNode>> read() {
        return ReturningClient.session(client)
                .thenCompose(session -> isAlwaysSafe()
                        ? list(session)
                        // The turn ends when the listing is on the wire: QEMU executes commands in the order in which
                        // they come.
                        : Futures.flat(turns(session).take(() -> session.execute(QmpCommand.of("query-jobs"))
                                .thenApply(jobs -> isSafe(session, jobs)
                                        ? list(session)
                                        : CompletableFuture.completedFuture(Optional.empty())))));
    }

    /** Hands a command that starts a job to the wire, at a moment when no listing of nodes is under way. */
    CompletableFuture<JsonNode> startSafely(Supplier<CompletableFuture<JsonNode>> send) {
        return Futures.flat(ReturningClient.session(client)
                .thenCompose(session -> turns(session).take(() -> CompletableFuture.completedFuture(send.get()))));
    }

    private static CompletableFuture<Optional<JsonNode>> list(QmpClient session) {
        return session.execute(LIST.with("flat", true)).thenApply(Optional::of);
    }

    private static boolean isSafe(QmpClient session, JsonNode jobs) {
        boolean isMaking =
                Replies.stream(jobs).anyMatch(job -> job.path("type").asText().equals(CREATE));
        return (!isMaking || quirks(session).mayListNodesThatAreMade())
                && quirks(session)
                        .mayListNodes(Replies.stream(jobs)
                                .map(job -> JobType.of(job.path("type").asText()))
                                .collect(Collectors.toSet()));
    }

    private static Quirks quirks(QmpClient client) {
        return new Quirks(client.greeting().version());
    }

    private static AsyncMutex turns(QmpClient session) {
        return TURNS.computeIfAbsent(session, any -> new AsyncMutex());
    }
}
