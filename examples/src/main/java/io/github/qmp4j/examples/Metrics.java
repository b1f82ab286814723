package io.github.qmp4j.examples;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.observe.MicrometerObserver;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;

/**
 * Counts and times the commands of a session with Micrometer; a service gives its own registry in place of this simple one.
 *
 * <p>Argument: the monitor's socket.
 */
public final class Metrics {
    private Metrics() {}

    public static void main(String[] args) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        QmpOptions options = QmpOptions.defaults().withObservers(List.of(new MicrometerObserver(registry)));
        try (QmpClient client =
                QmpClient.connect(QmpAddress.parse("unix:" + args[0]), options).join()) {
            client.execute(QmpCommand.of("query-status")).join();
            client.execute(QmpCommand.of("query-jobs")).join();
            for (Meter meter : registry.getMeters()) {
                System.out.println(meter.getId().getName() + " " + meter.getId().getTags() + " " + meter.measure());
            }
        }
    }
}
