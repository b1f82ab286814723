package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What QEMU's own tests torture it with, on the connection of a live session: each command still gets its own reply. */
@QemuVersions
@Timeout(300)
class TortureTest {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");
    private static final QmpCommand<JsonNode> NAME = QmpCommand.of("query-name");
    private static final QmpCommand<JsonNode> UUID = QmpCommand.of("query-uuid");
    private static final QmpCommand<JsonNode> JOBS = QmpCommand.of("query-jobs");

    @ParameterizedTest
    @ValueSource(
            strings = {
                // case 18
                "{]\n",
                "{\u00ff\n",
                "{\u0001\n",
                "{'bad \u00ff'}\n",
                "{'execute': 'query-name', 'id': 'a\nb'}\n",
                "%%p\n",
                // case 19
                "null\n",
                "{}\n",
                "{'execute': true}\n",
                "{'execute': 'query-name', 'arguments': []}\n",
                "{'execute': 'query-name', 'extra': 1}\n",
                // cases 20, 22: QEMU does not negotiate twice, whatever it is asked to enable
                "{'execute': 'qmp_capabilities'}\n",
                "{'execute': 'qmp_capabilities', 'arguments': {'enable': ['no-such']}}\n",
            })
    void theErrorOfMalformedInputReachesNoCommand(String input) throws IOException {
        byte[] malformed = input.getBytes(StandardCharsets.ISO_8859_1);
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                Injector between = new Injector(qemu.monitor());
                QmpClient client = value(QmpClient.connect(unix(between.socket()), QmpOptions.defaults()))) {
            // Alone: it is counted.
            between.inject(malformed);
            await().atMost(SOON).until(() -> client.strayReplies() > 0);
            assertThat(value(client.execute(STATUS)).has("running")).isTrue();

            // With two commands behind it, so that its error comes while both wait (case 25).
            long before = client.strayReplies();
            qemu.freeze();
            between.inject(malformed);
            between.inject(
                    "{'execute': 'query-version', 'id': 'not of the client'}\n".getBytes(StandardCharsets.UTF_8));
            CompletableFuture<JsonNode> uuid = client.execute(UUID);
            CompletableFuture<JsonNode> jobs = client.execute(JOBS);
            CompletableFuture<JsonNode> status = client.execute(STATUS);
            client.execute(NAME, Duration.ofMillis(1))
                    .exceptionally(late -> null)
                    .join();
            qemu.thaw();
            assertThat(value(uuid).has("UUID")).isTrue();
            assertThat(value(jobs).isArray()).isTrue();
            assertThat(value(status).path("status").asText()).isEqualTo("prelaunch");
            // The reply with a foreign id, and the error.
            assertThat(client.strayReplies()).isGreaterThan(before + 1);
            assertThat(client.state()).isEqualTo(ConnectionState.RUNNING);
            assertThat(qemu.process().isAlive()).isTrue();
        }
    }

    @Test
    void aSecondNegotiationIsRefusedToWhoAskedForIt() {
        // case 20
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = Sessions.open(qemu)) {
            QmpCommandException refused =
                    failure(client.execute(QmpCommand.of("qmp_capabilities")), QmpCommandException.class);
            assertThat(refused.errorClass()).isEqualTo("CommandNotFound");
            assertThat(value(client.execute(STATUS)).has("running")).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // case 17
        "{'execute': 'query-version'}, Expecting capabilities negotiation",
        // case 22
        "'{''execute'': ''qmp_capabilities'', ''arguments'': {''enable'': [''no-such'']}}', no-such",
    })
    void whatQemuRefusesBeforeTheNegotiationIsToldAndTheNextNegotiationSucceeds(String first, String told)
            throws IOException {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            try (Injector between = new Injector(qemu.monitor())) {
                between.inject((first + "\n").getBytes(StandardCharsets.UTF_8));
                QmpConnectException refused = failure(
                        QmpClient.connect(unix(between.socket()), QmpOptions.defaults()), QmpConnectException.class);
                assertThat(refused.reason()).isEqualTo(QmpConnectException.Reason.NEGOTIATION_REFUSED);
                assertThat(refused).hasMessageContaining(told);
            }
            try (QmpClient client = Sessions.open(qemu)) {
                assertThat(value(client.execute(STATUS)).has("running")).isTrue();
            }
        }
    }

    @Test
    void aQemuThatIsNotConfiguredYetRefusesAndThenGoesOn() {
        // case 26; the fixture's -S holds RESUME back until cont
        try (RealQemu qemu = RealQemu.builder()
                        .machine("none")
                        .arguments("--preconfig")
                        .start();
                QmpClient client = Sessions.open(qemu)) {
            // Before 6.0 it has a status of its own.
            boolean hasOwnStatus = qemu.knows("query-status/ret/status/^preconfig");
            assertThat(value(client.execute(STATUS)).path("status").asText())
                    .isEqualTo(hasOwnStatus ? "preconfig" : "prelaunch");
            assertThat(failure(client.execute(QmpCommand.of("query-cpus-fast")), QmpCommandException.class)
                            .errorClass())
                    .isEqualTo("GenericError");
            value(client.execute(QmpCommand.of("x-exit-preconfig")));
            value(client.executeAndAwait(QmpCommand.of("cont"), EventFilter.named("RESUME")));
            assertThat(value(client.execute(QmpCommand.of("query-cpus-fast"))).isArray())
                    .isTrue();
        }
    }
}
