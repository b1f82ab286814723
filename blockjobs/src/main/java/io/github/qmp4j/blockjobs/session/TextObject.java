package io.github.qmp4j.blockjobs.session;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.Futures;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An object in QEMU that holds a text and does nothing else. QEMU makes one of an id at a time, for all its clients. */
final class TextObject {
    private static final String TYPE = "authz-simple";
    private static final String TEXT = "identity";

    private final QmpClient client;
    private final String id;

    TextObject(QmpClient client, String id) {
        this.client = client;
        this.id = id;
    }

    /** Whether it was made; not where there is one already, or QEMU does not know the type. */
    CompletableFuture<Boolean> make(String text) {
        return unlessRefused(QmpCommand.of("object-add")
                        .with("qom-type", TYPE)
                        .with("id", id)
                        .with(TEXT, text))
                .thenApply(Optional::isPresent);
    }

    /** Its text; empty where there is none. */
    CompletableFuture<Optional<String>> text() {
        return unlessRefused(
                        QmpCommand.of("qom-get").with("path", "/objects/" + id).with("property", TEXT))
                .thenApply(answer -> answer.map(JsonNode::asText));
    }

    /** Does nothing where there is none. */
    CompletableFuture<Void> remove() {
        return unlessRefused(QmpCommand.of("object-del").with("id", id)).thenApply(done -> null);
    }

    private CompletableFuture<Optional<JsonNode>> unlessRefused(QmpCommand<JsonNode> command) {
        return client.execute(command)
                .thenApply(Optional::of)
                .exceptionallyCompose(failure -> Futures.cause(failure) instanceof QmpCommandException
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(failure));
    }
}
