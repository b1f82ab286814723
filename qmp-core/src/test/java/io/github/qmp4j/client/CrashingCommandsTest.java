package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is known to end the QEMU process never reaches it; what is next to it does. */
@Timeout(300)
class CrashingCommandsTest {
    private static final QmpCommand<JsonNode> REOPEN = QmpCommand.of("blockdev-reopen");
    private static final QmpCommand<JsonNode> COMMIT = QmpCommand.of("block-commit");

    @Test
    void aReopenWithoutOptionsIsNotSent() {
        try (FakeQemu fake = FakeQemu.responding().on("blockdev-reopen", "{}").start();
                QmpClient client = open(fake)) {
            refused(client, REOPEN.with("options", List.of()), "its list of options is empty");
            value(client.execute(REOPEN.with("options", List.of(Map.of("driver", "qcow2")))));
            value(client.execute(REOPEN));
            assertThat(fake.received()).extracting(ReceivedCommand::name).hasSize(3);
        }
    }

    @Test
    void aCommitWithABackingFileThatQemuCannotHoldIsNotSent() {
        try (FakeQemu fake = FakeQemu.responding().on("block-commit", "{}").start();
                QmpClient client = open(fake)) {
            refused(client, COMMIT.with("backing-file", "x".repeat(1024)), "has 1024 bytes, more than 1023");
            // Bytes count, not characters.
            refused(client, COMMIT.with("backing-file", "ü".repeat(512)), "has 1024 bytes");
            value(client.execute(COMMIT.with("backing-file", "x".repeat(1023))));
            value(client.execute(COMMIT.with("device", "d0")));
            assertThat(fake.received()).hasSize(3);
        }
    }

    private static void refused(QmpClient client, QmpCommand<?> command, String why) {
        assertThat(failure(client.execute(command), QmpException.class))
                .isExactlyInstanceOf(QmpException.class)
                .hasMessageStartingWith(command.name() + " was not sent: it would kill QEMU")
                .hasMessageContaining(why);
    }
}
