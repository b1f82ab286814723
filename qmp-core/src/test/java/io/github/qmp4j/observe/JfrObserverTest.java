package io.github.qmp4j.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpObserver.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class JfrObserverTest {
    @TempDir
    Path folder;

    @Test
    void recordingHoldsCommandsEventsAndConnections() throws Exception {
        JfrObserver observer = new JfrObserver();
        QmpAddress address = QmpAddress.parse("unix:/run/vm.qmp");
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("qmp.Command");
            recording.enable("qmp.Event");
            recording.enable("qmp.Connection");
            recording.start();
            observer.connectionOpened(address);
            observer.commandFinished("query-status", Outcome.TIMEOUT, Duration.ofMillis(7));
            observer.eventReceived("STOP");
            observer.connectionEnded(address, new QmpException("gone"));
            observer.connectionEnded(address, null);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> all = RecordingFile.readAllEvents(file);
        RecordedEvent command = only(all, "qmp.Command").get(0);
        assertThat(command.getString("command")).isEqualTo("query-status");
        assertThat(command.getString("outcome")).isEqualTo("timeout");
        assertThat(command.getDuration("took")).isEqualTo(Duration.ofMillis(7));
        assertThat(only(all, "qmp.Event").get(0).getString("event")).isEqualTo("STOP");
        assertThat(only(all, "qmp.Connection"))
                .extracting(event ->
                        event.getString("address") + " " + event.getString("state") + " " + event.getString("cause"))
                .containsExactlyInAnyOrder(
                        "unix:/run/vm.qmp opened null", "unix:/run/vm.qmp lost gone", "unix:/run/vm.qmp closed null");
    }

    private static List<RecordedEvent> only(List<RecordedEvent> all, String name) {
        return all.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }
}
