package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.exception.DockerException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.testcontainers.containers.Network;

/** The one test that needs of the engine to make networks, which an engine without bridges need not do. */
@EnabledIfSystemProperty(
        named = "qmp4j.versions",
        matches = ".*\\b10\\.0\\b.*",
        disabledReason = "needs QEMU in a container, and qmp4j.versions does not ask for 10.0")
@Timeout(600)
class MappedMonitorTest {
    @Test
    void thePortOfTheMonitorIsMapped() {
        try (Network network = network();
                QemuContainer qemu = QemuContainer.ofVersion("10.0")
                        .withMachine("none")
                        .withMonitorOverTcp()
                        .withNetwork(network)) {
            qemu.start();
            for (int client = 0; client < 3; client++) {
                try (RawMonitor monitor = RawMonitor.connect(qemu.monitorAddress(), Duration.ofSeconds(2))) {
                    assertThat(monitor.greeting().at("/QMP/version/qemu/major").asInt())
                            .isEqualTo(10);
                }
            }
        }
    }

    private static Network network() {
        Network network = Network.newNetwork();
        try {
            network.getId();
            return network;
        } catch (DockerException e) {
            return abort("this Docker engine makes no networks: " + e.getMessage());
        }
    }
}
