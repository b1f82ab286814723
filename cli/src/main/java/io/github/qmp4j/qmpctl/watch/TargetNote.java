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
 * Records the file of a copy in QEMU: an object that only holds the path. QEMU forgets the path when the job ends, so that
 * otherwise a later qmpctl could not name the file. A QEMU that refuses the object has no note.
 */
public record TargetNote(QmpClient client, JobId job) {

    /** Writes the note; a refusal by QEMU is ignored. */
    public CompletableFuture<Void> write(String path) {
        return unlessRefused(QmpCommand.of("object-add")
                        .with("qom-type", "authz-simple")
                        .with("id", id())
                        .with("identity", path))
                .thenApply(done -> null);
    }

    /** The path; empty if there is no note. */
    public CompletableFuture<Optional<String>> read() {
        return unlessRefused(QmpCommand.of("qom-get")
                        .with("path", "/objects/" + id())
                        .with("property", "identity"))
                .thenApply(answer -> answer.map(JsonNode::asText));
    }

    /** Removes the note, if there is one. */
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
