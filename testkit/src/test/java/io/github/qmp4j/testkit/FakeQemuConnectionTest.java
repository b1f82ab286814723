package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class FakeQemuConnectionTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void letsASecondClientWaitUntilTheFirstHasLeft() {
        try (FakeQemu fake = FakeQemu.script()
                .negotiate()
                .nextClient()
                .negotiate()
                .expect("query-jobs")
                .reply("[]")
                .start()) {
            try (RawMonitor first = RawMonitor.connect(fake.socket(), LONG)) {
                assertThat(first.events()).isEmpty();
                assertThatThrownBy(() -> RawMonitor.connect(fake.socket(), SHORT))
                        .hasMessageContaining("no greeting in time");
            }
            // The client that gave up is still in the backlog and is the second one; this one repeats the last script.
            try (RawMonitor third = RawMonitor.connect(fake.socket(), LONG)) {
                assertThat(third.execute("query-jobs").isArray()).isTrue();
            }
            fake.verify();
        }
    }

    @Test
    void disconnectsWhereTheScriptSays() {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("query-status")
                        .raw("{\"return\"")
                        .disconnect()
                        .start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThatThrownBy(() -> monitor.execute("query-status")).hasMessageContaining("QEMU closed the monitor");
            fake.verify();
        }
    }

    @Test
    void staysSilentButConnected() {
        try (FakeQemu fake = FakeQemu.script().negotiate().silence().start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), SHORT)) {
            assertThatThrownBy(() -> monitor.execute("query-status"))
                    .hasMessageContaining("no reply to query-status in time");
            assertThat(fake.awaitReceived("query-status", 1, LONG).arguments().isMissingNode())
                    .isTrue();
            fake.verify();
        }
    }

    @Test
    void doesNotAcceptWhenFrozen() {
        try (FakeQemu fake = FakeQemu.frozen()) {
            assertThatThrownBy(() -> RawMonitor.connect(fake.socket(), SHORT)).hasMessageContaining("no greeting");
        }
    }

    @Test
    void leavesNothingBehindAndClosesTwice() {
        FakeQemu fake = FakeQemu.script().negotiate().start();
        Path folder = fake.socket().getParent();
        assertThat(folder).isDirectory();
        fake.close();
        fake.close();
        assertThat(Files.exists(folder)).isFalse();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("fake-qemu " + fake.socket());
    }

    /** QEMU's backlog is 1, so that two can wait; the bound is far above that, in case a kernel counts otherwise. */
    @Test
    void tellsAFullBacklogAtOnce() throws Exception {
        List<LineChannel> waiting = new ArrayList<>();
        try (FakeQemu fake = FakeQemu.frozen()) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 10; i++) {
                            waiting.add(LineChannel.open(fake.socket()));
                        }
                    })
                    .hasMessageContaining("temporarily unavailable");
            assertThat(waiting).hasSize(2);
        } finally {
            for (LineChannel each : waiting) {
                each.close();
            }
        }
    }

    @Test
    void listensWhereTheTestSaysAndNotOnWhatExists() throws Exception {
        try (TempFolder folder = TempFolder.create("at")) {
            Path socket = folder.resolve("my.sock");
            try (FakeQemu fake = FakeQemu.script().negotiate().startAt(socket)) {
                RawMonitor.connect(socket, LONG).close();
                assertThatThrownBy(() -> FakeQemu.script().startAt(socket)).hasMessageContaining(socket.toString());
                fake.verify();
            }
            assertThat(Files.exists(socket)).isFalse();
        }
    }
}
