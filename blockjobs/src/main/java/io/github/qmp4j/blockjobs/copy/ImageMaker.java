package io.github.qmp4j.blockjobs.copy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.graph.JobContext;
import io.github.qmp4j.blockjobs.node.TargetStep;
import io.github.qmp4j.blockjobs.plan.BackingString;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes images with {@code blockdev-create}, a job whose errors come with its end and which QEMU never dismisses itself. */
final class ImageMaker {
    private static final long POLL_MILLIS = 20;

    private final JobContext context;

    ImageMaker(JobContext context) {
        this.context = context;
    }

    /** The step that makes a file of so many zeroes; QEMU truncates an existing one. */
    static TargetStep.Create file(String path, long bytes) {
        return create(options("file").put("filename", path).put("size", bytes));
    }

    /** The step that writes an empty image of this size, in bytes, onto a node. */
    static TargetStep.Create image(String format, String onNode, long bytes, Optional<BlockNode> backing) {
        ObjectNode options = options(format).put("file", onNode).put("size", bytes);
        backing.ifPresent(base ->
                options.put("backing-file", BackingString.ofAbsolute(base)).put("backing-fmt", base.driver()));
        return create(options);
    }

    private static ObjectNode options(String driver) {
        return JsonNodeFactory.instance.objectNode().put("driver", driver);
    }

    private static TargetStep.Create create(ObjectNode options) {
        JobId id = JobIds.make("create", "target");
        return new TargetStep.Create(
                id, QmpCommand.of("blockdev-create").with("job-id", id.value()).with("options", options));
    }

    CompletableFuture<Void> make(TargetStep.Create step) {
        JobId id = step.job();
        return context.graphs()
                .startSafely(() -> context.client().execute(step.command()))
                .thenCompose(started -> ended(id))
                .thenCompose(error -> context.execute("job-dismiss", id)
                        .thenAccept(dismissed -> error.ifPresent(why -> {
                            throw new BlockJobException("the target could not be made: " + why);
                        })));
    }

    /** Asks until it has ended, and gives its error. */
    private CompletableFuture<Optional<String>> ended(JobId id) {
        return context.queryJob(id).thenCompose(entry -> {
            JsonNode job = entry.orElseThrow(() ->
                    new BlockJobException("another client has dismissed job %s, which makes the target".formatted(id)));
            if (JobStatus.of(job.path("status").asText()) == JobStatus.CONCLUDED) {
                return CompletableFuture.completedFuture(
                        Optional.of(job.path("error").asText()).filter(error -> !error.isEmpty()));
            }
            return CompletableFuture.supplyAsync(
                            () -> id,
                            CompletableFuture.delayedExecutor(POLL_MILLIS, TimeUnit.MILLISECONDS, context.work()))
                    .thenCompose(this::ended);
        });
    }
}
