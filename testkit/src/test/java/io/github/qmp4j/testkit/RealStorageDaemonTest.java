package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(300)
class RealStorageDaemonTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void hasTwoMonitorsAndLeavesNothingBehind() {
        try (TempFolder images = TempFolder.create("images")) {
            Path image = new DiskImages(images.path()).create("disk.qcow2", "qcow2", 1 << 20);
            String node = RealQemuBuilder.blockdevOptions("top", String.valueOf(image.getFileName()), "qcow2");
            RealStorageDaemon daemon = RealStorageDaemon.start(images.path(), List.of("--blockdev", node));
            ProcessHandle shell = daemon.process().parent().orElseThrow();
            try (daemon;
                    RawMonitor client = RawMonitor.connect(daemon.monitor(), LONG)) {
                for (RawMonitor each : List.of(client, daemon.oracle())) {
                    assertThat(each.execute("query-named-block-nodes").findValuesAsText("node-name"))
                            .contains("top", "top-file");
                }
                assertThat(daemon.knows("query-named-block-nodes")).isTrue();
                assertThat(daemon.knows("query-status")).isFalse();
            }
            assertThat(List.of(daemon.process(), shell)).noneMatch(ProcessHandle::isAlive);
            daemon.close();
        }
    }

    @Test
    void saysWhyTheDaemonDidNotStart() {
        try (TempFolder folder = TempFolder.create("qsd")) {
            List<String> wrong = List.of("--blockdev", "driver=no-such");
            assertThatThrownBy(() -> RealStorageDaemon.start(folder.path(), wrong))
                    .isInstanceOf(TestkitException.class)
                    .hasMessageContaining("no-such");
        }
    }
}
