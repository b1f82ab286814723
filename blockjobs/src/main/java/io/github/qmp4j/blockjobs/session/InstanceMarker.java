package io.github.qmp4j.blockjobs.session;

import io.github.qmp4j.client.QmpClient;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The marker that distinguishes one run of QEMU from the next. QEMU tells nothing of its own that serves: the UUID is the
 * guest's, process and thread numbers come again in a container, and the socket may be a proxy's. So an object is made
 * that can hold a text and does nothing else.
 */
public final class InstanceMarker {
    private static final String ID = "qmp4j-instance";

    private final QmpClient client;
    private final TextObject marker;

    public InstanceMarker(QmpClient client) {
        this.client = client;
        this.marker = new TextObject(client, ID);
    }

    /** Empty where QEMU has no command for it, or not this type. */
    public CompletableFuture<Optional<String>> read() {
        return client.schema().thenCompose(schema -> {
            if (!schema.hasCommand("object-add") || !schema.hasCommand("qom-get")) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            return marker.text()
                    .thenCompose(there -> there.isPresent() ? CompletableFuture.completedFuture(there) : made());
        });
    }

    /** Two who come at once both read what the quicker one made. */
    private CompletableFuture<Optional<String>> made() {
        return marker.make(UUID.randomUUID().toString()).thenCompose(done -> marker.text());
    }
}
