package io.github.qmp4j.qmpctl.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.qmpctl.failure.Failure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A note in QEMU, of the file that a copy of qmpctl made: an object that does nothing but hold the path. QEMU itself forgets the path when
 * the job ends, and a later qmpctl that collects the job could not say what is left. A QEMU that refuses the object has no note.
 */
public record TargetNote(QmpClient client, JobId job) {

    /** Never fails because of QEMU's refusal. */
    public CompletableFuture<Void> write(String path) {
        return unlessRefused(QmpCommand.of("object-add")
                        .with("qom-type", "authz-simple")
                        .with("id", id())
                        .with("identity", path))
                .thenApply(done -> null);
    }

    /** The path; empty where there is no note. */
    public CompletableFuture<Optional<String>> read() {
        return unlessRefused(QmpCommand.of("qom-get")
                        .with("path", "/objects/" + id())
                        .with("property", "identity"))
                .thenApply(answer -> answer.map(JsonNode::asText));
    }

    /** Does nothing where there is none. */
    public CompletableFuture<Void> remove() {
        return unlessRefused(QmpCommand.of("object-del").with("id", id())).thenApply(done -> null);
    }

    private String id() {
        return "qmpctl-target-" + job;
    }

    private CompletableFuture<Optional<JsonNode>> unlessRefused(QmpCommand<JsonNode> command) {
        return client.execute(command)
                .thenApply(Optional::of)
                .exceptionallyCompose(failure -> Failure.unwrapped(failure) instanceof QmpCommandException
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(failure));
    }
}
