package io.github.qmp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QemuVersions
@Timeout(300)
class TranscriptTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final TempFolder folder = TempFolder.create("transcript");
    private final Path file = folder.resolve("session.jsonl");

    @AfterEach
    void clean() {
        folder.close();
    }

    @Test
    void recordsARealSessionAndPlaysItAgainWithoutQemu() throws Exception {
        // case 66
        JsonNode version;
        JsonNode schema;
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            try (Transcript transcript = Transcript.record(qemu.monitor(), file)) {
                try (RawMonitor monitor = RawMonitor.connect(transcript.socket(), LONG)) {
                    version = monitor.execute("query-version");
                    schema = monitor.execute("query-qmp-schema");
                    assertThatThrownBy(() -> monitor.execute("job-pause", "{\"id\":\"none\"}"))
                            .isInstanceOf(QmpErrorException.class);
                    monitor.execute("stop");
                }
                RawMonitor.connect(transcript.socket(), LONG).close();
            }
        }
        assertThat(Files.readAllLines(file).get(0)).startsWith("{\"client\":1,\"from\":\"qemu\",\"message\":{\"QMP\"");
        try (FakeQemu fake = FakeQemu.replaying(file).start()) {
            try (RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
                assertThat(monitor.execute("query-version")).isEqualTo(version);
                assertThat(monitor.execute("query-qmp-schema")).isEqualTo(schema);
                assertThatThrownBy(() -> monitor.execute("job-pause", "{\"id\":\"none\"}"))
                        .hasMessageContaining("Job not found");
                monitor.execute("stop");
            }
            RawMonitor.connect(fake.socket(), LONG).close();
            fake.verify();
        }
    }

    @Test
    void mapsIdsAndReportsOtherCommands() throws Exception {
        Files.writeString(file, """
                {"client":1,"from":"qemu","message":{"QMP":{"version":{},"capabilities":[]}}}
                {"client":1,"from":"client","message":{"execute":"qmp_capabilities","id":"x-1"}}
                {"client":1,"from":"qemu","message":{"return":{},"id":"x-1"}}
                {"client":1,"from":"client","message":{"execute":"query-jobs","arguments":{},"id":{"any":"id"}}}
                {"client":1,"from":"qemu","message":{"event":"STOP","data":{},"timestamp":{"seconds":1,"microseconds":2}}}
                {"client":1,"from":"qemu","message":{"return":[7],"id":{"any":"id"}}}
                {"client":1,"from":"client","message":{"execute":"job-pause","arguments":{"id":"a"},"id":3}}
                {"client":1,"from":"qemu","message":{"return":{},"id":3}}
                """);
        try (FakeQemu fake = FakeQemu.replaying(file).start();
                RawMonitor monitor = RawMonitor.connect(fake.socket(), LONG)) {
            assertThat(monitor.execute("query-jobs").get(0).asInt()).isEqualTo(7);
            assertThat(monitor.events().get(0).at("/timestamp/seconds").asInt()).isEqualTo(1);
            assertThatThrownBy(() -> monitor.execute("job-pause", "{\"id\":\"b\"}"))
                    .isInstanceOf(TestkitException.class);
            assertThatThrownBy(fake::verify)
                    .hasMessageContaining("expected job-pause {\"id\":\"a\"}, got job-pause {\"id\":\"b\"}");
        }
    }

    @Test
    void refusesAFileThatIsNoTranscriptAndNamesTheLine() throws Exception {
        Files.writeString(file, "{\"client\":1,\"from\":\"qemu\",\"message\":{}}\nnonsense\n");
        assertThatThrownBy(() -> FakeQemu.replaying(file)).hasMessageContaining("session.jsonl:2");
    }

    @Test
    void closesTheClientWhenThereIsNoQemu() {
        try (Transcript transcript = Transcript.record(folder.resolve("nobody"), file)) {
            assertThatThrownBy(() -> RawMonitor.connect(transcript.socket(), LONG))
                    .hasMessageContaining("QEMU closed the monitor");
        }
    }
}
