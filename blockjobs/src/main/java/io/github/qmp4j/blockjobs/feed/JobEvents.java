package io.github.qmp4j.blockjobs.feed;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.blockjobs.end.EndFacts.Result;
import io.github.qmp4j.blockjobs.job.JobRegistry;
import io.github.qmp4j.blockjobs.job.TrackedJob;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Passes QEMU's events to the handles of their jobs. Errors come through a queue of their own, so that a storm of
 * them cannot crowd out a change of status.
 */
public final class JobEvents implements AutoCloseable {
    private final JobRegistry registry;
    private final AllJobsFeed feed;
    private final EventSubscription lives;
    private final EventSubscription errors;

    /** @param onLost told once why the session has ended */
    public JobEvents(QmpClient client, JobRegistry registry, AllJobsFeed feed, Consumer<String> onLost) {
        this.registry = registry;
        this.feed = feed;
        this.lives = client.subscribe(
                        EventFilter.named(
                                "JOB_STATUS_CHANGE", "BLOCK_JOB_READY", "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED"),
                        this::heard)
                .onDropped(() -> {
                    registry.all().forEach(TrackedJob::eventsMissed);
                    feed.eventsMissed();
                });
        this.errors = client.subscribe(EventFilter.named("BLOCK_JOB_ERROR"), this::heard)
                .onDropped(() -> registry.all().forEach(job -> job.errors().missed()));
        lives.ended()
                .whenComplete((done, cause) -> onLost.accept(
                        cause == null
                                ? "this side has closed it"
                                : String.valueOf(Futures.cause(cause).getMessage())));
    }

    /** Completes when the jobs have been told of all changes of status that have arrived by now. */
    public CompletableFuture<Void> delivered() {
        return lives.delivered();
    }

    private void heard(QmpEvent event) {
        JsonNode data = event.data();
        // BLOCK_JOB_* call it device, JOB_STATUS_CHANGE calls it id.
        String id = data.path(data.has("device") ? "device" : "id").asText();
        registry.find(id).ifPresentOrElse(job -> tell(job, event.name(), data), () -> feed.heard(id, event));
    }

    private static void tell(TrackedJob job, String event, JsonNode data) {
        switch (event) {
            case "JOB_STATUS_CHANGE" -> job.statusChanged(data.path("status").asText());
            case "BLOCK_JOB_READY" -> job.statusChanged("ready");
            case "BLOCK_JOB_ERROR" ->
                job.errors()
                        .heard(
                                data.path("action").asText().equals("stop"),
                                data.path("operation").asText());
            case "BLOCK_JOB_CANCELLED" -> ended(job, Result.CANCELLED, data);
            case "BLOCK_JOB_COMPLETED" -> ended(job, data.has("error") ? Result.FAILED : Result.SUCCEEDED, data);
            default -> throw new IllegalStateException("an event that was not asked for: " + event);
        }
    }

    private static void ended(TrackedJob job, Result result, JsonNode data) {
        Optional<String> error =
                data.has("error") ? Optional.of(data.get("error").asText()) : Optional.empty();
        job.endTold(
                result, error, data.path("offset").asLong(), data.path("len").asLong());
    }

    @Override
    public void close() {
        lives.close();
        errors.close();
    }
}
