package io.github.qmp4j.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.schema.QmpSchema;
import java.util.concurrent.TimeUnit;

/**
 * Speaks QMP without the job layer: a command and its result, the schema, and an event that a command causes.
 *
 * <p>Argument: the monitor's socket.
 */
public final class RawQmp {
    private RawQmp() {}

    public static void main(String[] args) {
        try (QmpClient client = QmpClient.connect("unix:" + args[0]).join()) {
            System.out.println("QEMU " + client.greeting().version());

            JsonNode status = client.execute(QmpCommand.of("query-status")).join();
            System.out.println("the guest is " + status.path("status").asText());

            QmpSchema schema = client.schema().join();
            System.out.println("jobs can change: " + schema.hasCommand("block-job-change"));
            System.out.println("drive-mirror takes copy-mode: " + schema.hasArgument("drive-mirror", "copy-mode"));

            // Completes when both the reply and the event are there; a guest that does not run causes no such event.
            client.executeAndAwait(QmpCommand.of("stop"), EventFilter.named("STOP"))
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
            client.executeAndAwait(QmpCommand.of("cont"), EventFilter.named("RESUME"))
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
            System.out.println("stopped, and resumed");
        }
    }
}
