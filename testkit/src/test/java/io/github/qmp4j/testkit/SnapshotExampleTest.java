package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

// README: begin
@QemuVersions(containersOnly = true)
class SnapshotExampleTest {
    static final String SNAPSHOT = "{'node-name':'base','snapshot-node-name':'top','snapshot-file':'top.qcow2'}";

    /** A container for this test alone. */
    @Test
    void theGuestIsOnTheOverlay(QemuContainer qemu) {
        qemu.withImage("disk.qcow2", "qcow2", 64 << 20)
                .withDisk("disk0", "base", "disk.qcow2", "qcow2")
                .start();
        try (RawMonitor client = RawMonitor.connect(qemu.monitor(), Duration.ofSeconds(10))) { // your own client here
            client.execute("blockdev-snapshot-sync", SNAPSHOT.replace('\'', '"'));
            assertThat(client.execute("query-block").at("/0/inserted/node-name").asText())
                    .isEqualTo("top");
        }
    }

    /** The QEMU of the version, as if it were installed here. */
    @Test
    void aRealQemuIsOfThisVersion(QemuPlace place) {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            assertThat(qemu.oracle().execute("query-version").at("/qemu/major").asText())
                    .isEqualTo(place.version().split("\\.", -1)[0]);
        }
    }
}
// README: end
