package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.client.QmpClient;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The marker by which one run of QEMU is told from the next. QEMU tells nothing of its own that serves: the UUID is the
 * guest's, process and thread numbers come again in a container, and the socket may be a proxy's. So an object is made
 * that can hold a text and does nothing else.
 */
final class InstanceMarker {
    private static final String ID = "qmp4j-instance";
    private static final String TYPE = "authz-simple";
    private static final String TEXT = "identity";

    private final QmpClient client;

    InstanceMarker(QmpClient client) {
        this.client = client;
    }

    /** Empty where QEMU has no command for it, or not this type. */
    CompletableFuture<Optional<String>> read() {
        return client.schema().thenCompose(schema -> {
            if (!schema.hasCommand("object-add") || !schema.hasCommand("qom-get")) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            return get().thenCompose(there -> there.isPresent() ? CompletableFuture.completedFuture(there) : make());
        });
    }

    /** Two who come at once both read what the quicker one made. */
    private CompletableFuture<Optional<String>> make() {
        return unlessRefused(QmpCommand.of("object-add")
                        .with("qom-type", TYPE)
                        .with("id", ID)
                        .with(TEXT, UUID.randomUUID().toString()))
                .thenCompose(made -> get());
    }

    private CompletableFuture<Optional<String>> get() {
        return unlessRefused(
                        QmpCommand.of("qom-get").with("path", "/objects/" + ID).with("property", TEXT))
                .thenApply(answer -> answer.map(JsonNode::asText));
    }

    private CompletableFuture<Optional<JsonNode>> unlessRefused(QmpCommand<JsonNode> command) {
        return client.execute(command)
                .thenApply(Optional::of)
                .exceptionallyCompose(failure -> Conclusion.unwrapped(failure) instanceof QmpCommandException
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(failure));
    }
}
