package io.github.qmp4j.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpObserver.Outcome;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(300)
class MicrometerObserverTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerObserver observer = new MicrometerObserver(registry);

    @Test
    void sessionWithRealQemuShowsInTheMetrics() throws Exception {
        QmpOptions options = QmpOptions.defaults().withObservers(List.of(observer));
        try (RealQemu qemu = RealQemu.builder().start()) {
            try (QmpClient client = QmpClient.connect(new QmpAddress.Unix(qemu.monitor()), options)
                    .get(3, TimeUnit.MINUTES)) {
                CountDownLatch resumed = new CountDownLatch(1);
                client.subscribe(EventFilter.named("RESUME"), event -> resumed.countDown());
                client.execute(QmpCommand.of("stop")).get(3, TimeUnit.MINUTES);
                client.execute(QmpCommand.of("cont")).get(3, TimeUnit.MINUTES);
                assertThatThrownBy(
                        () -> client.execute(QmpCommand.of("no-such-command")).get(3, TimeUnit.MINUTES));
                assertThat(resumed.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(connections()).isEqualTo(1);
            }
        }
        assertThat(connections()).isZero();
        assertThat(commands("stop", "ok")).isEqualTo(1);
        assertThat(commands("no-such-command", "error")).isEqualTo(1);
        assertThat(registry.get("qmp.events").tag("event", "RESUME").counter().count())
                .isEqualTo(1);
        assertThat(registry.getMeters().stream().map(Meter::getId).flatMap(id -> id.getTags().stream()))
                .extracting("key")
                .containsOnly("command", "outcome", "event");
    }

    @Test
    void everyOutcomeAndEveryLossHasItsMetric() {
        for (Outcome outcome : Outcome.values()) {
            observer.commandFinished("stop", outcome, Duration.ofMillis(3));
        }
        observer.lateReply();
        observer.eventDropped("STOP");
        for (String outcome : List.of("ok", "error", "timeout", "disconnected")) {
            assertThat(commands("stop", outcome)).isEqualTo(1);
        }
        assertThat(registry.get("qmp.command").tag("outcome", "ok").timer().totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(3);
        assertThat(registry.get("qmp.late_replies").counter().count()).isEqualTo(1);
        assertThat(registry.get("qmp.event_overflow").counter().count()).isEqualTo(1);
    }

    /** A peer that invents names must not fill the memory of whoever keeps the metrics (R6). */
    @Test
    void namesAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            observer.eventReceived("EVENT_" + i);
            observer.commandFinished("command-" + i, Outcome.OK, Duration.ZERO);
        }
        assertThat(registry.getMeters()).hasSizeLessThan(2 * (BoundedNames.MOST + 1) + 4);
        assertThat(registry.get("qmp.events").tag("event", "EVENT_0").counter().count())
                .isEqualTo(1);
        assertThat(registry.get("qmp.events").tag("event", "other").counter().count())
                .isEqualTo(10_000 - BoundedNames.MOST);
    }

    private double connections() {
        return registry.get("qmp.connections").gauge().value();
    }

    private long commands(String command, String outcome) {
        return registry.get("qmp.command")
                .tag("command", command)
                .tag("outcome", outcome)
                .timer()
                .count();
    }
}
