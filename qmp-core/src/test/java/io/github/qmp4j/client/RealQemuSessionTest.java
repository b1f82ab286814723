package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.QmpTimeoutException;
import io.github.qmp4j.schema.QmpSchema;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QemuVersions
@Timeout(300)
class RealQemuSessionTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");

    @Test
    void aRealQemuAnswersRefusesAndShowsItsSchema() {
        // case 16
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = open(qemu)) {
            JsonNode told = qemu.oracle().greeting().path("QMP");
            assertThat(client.greeting().version())
                    .hasToString("%s.%s.%s"
                            .formatted(
                                    told.at("/version/qemu/major"),
                                    told.at("/version/qemu/minor"),
                                    told.at("/version/qemu/micro")));
            assertThat(client.greeting().packageText())
                    .isEqualTo(told.at("/version/package").asText());
            assertThat(client.greeting().capabilities())
                    .containsExactly(told.at("/capabilities/0").asText());
            assertThat(value(client.execute(STATUS)).path("status").asText()).isEqualTo("prelaunch");
            QmpCommandException refused =
                    failure(client.execute(QmpCommand.of("no-such-thing")), QmpCommandException.class);
            assertThat(refused.errorClass()).isEqualTo("CommandNotFound");

            QmpSchema schema = value(client.schema());
            assertThat(schema.hasCommand("block-commit")).isTrue();
            assertThat(schema.hasCommand("BLOCK_JOB_READY")).isFalse();
            assertThat(schema.hasCommand("no-such-thing")).isFalse();
            assertThat(schema.hasArgument("block-commit", "base-node")).isTrue();
            assertThat(schema.hasArgument("block-commit", "sync")).isFalse();
            assertThat(schema.hasArgument("query-status", "device")).isFalse();
            // Of a variant, not of the base.
            assertThat(schema.hasArgument("blockdev-add", "driver")).isTrue();
            assertThat(schema.hasArgument("blockdev-add", "filename")).isTrue();
            assertThat(schema.hasEvent("BLOCK_JOB_READY")).isTrue();
            assertThat(schema.hasEvent("block-commit")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMonitorOnATcpPortOfLoopbackServesLikeOneOnASocket(boolean epoll) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        QmpAddress address = QmpAddress.parse("tcp:127.0.0.1:" + port);
        QmpOptions options = QmpOptions.defaults().withNativeTransport(epoll);
        try (RealQemu qemu = RealQemu.builder()
                        .machine("none")
                        .arguments("-qmp", address + ",server=on,wait=off")
                        .start();
                QmpClient client = value(QmpClient.connect(address, options))) {
            assertThat(qemu.process().isAlive()).isTrue();
            assertThat(value(client.schema()).hasCommand("stop")).isTrue();
        }
    }

    @Test
    void anErrorAmongRepliesReachesItsOwnCommand() {
        // case 21
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = open(qemu)) {
            qemu.freeze();
            CompletableFuture<JsonNode> status = client.execute(STATUS);
            CompletableFuture<JsonNode> none = client.execute(QmpCommand.of("no-such-thing"));
            CompletableFuture<JsonNode> jobs = client.execute(QmpCommand.of("query-jobs"));
            CompletableFuture<JsonNode> pause =
                    client.execute(QmpCommand.of("job-pause").with("id", "no-such-job"));
            qemu.thaw();
            assertThat(value(status).path("status").asText()).isEqualTo("prelaunch");
            assertThat(failure(none, QmpCommandException.class).errorClass()).isEqualTo("CommandNotFound");
            assertThat(value(jobs).isArray()).isTrue();
            assertThat(failure(pause, QmpCommandException.class).command()).isEqualTo("job-pause");
            assertThat(client.strayReplies()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoThousandCommandsInFlightGetTwoThousandReplies(boolean epoll) {
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = value(QmpClient.connect(
                        Sessions.unix(qemu.monitor()), QmpOptions.defaults().withNativeTransport(epoll)))) {
            List<CompletableFuture<JsonNode>> all =
                    Stream.generate(() -> client.execute(STATUS)).limit(2000).toList();
            assertThat(all)
                    .allSatisfy(one -> assertThat(value(one).has("running")).isTrue());
            assertThat(client.strayReplies()).isZero();
        }
    }

    @Test
    void aStoppedQemuCostsATimeOutAndItsLateReplyHarmsNothing() {
        // R8, case 82
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = open(qemu)) {
            qemu.freeze();
            QmpTimeoutException late = failure(
                    client.execute(QmpCommand.of("query-uuid"), Duration.ofMillis(200)), QmpTimeoutException.class);
            assertThat(late.command()).isEqualTo("query-uuid");
            qemu.thaw();
            assertThat(value(client.execute(STATUS)).path("status").asText()).isEqualTo("prelaunch");
            assertThat(client.strayReplies()).isEqualTo(1);
        }
    }

    @Test
    void aKilledQemuFailsWhatWaitsBeforeItsTimeIsUp() {
        // R3
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = open(qemu)) {
            qemu.freeze();
            CompletableFuture<JsonNode> waiting = client.execute(STATUS);
            // The second one's time-out proves that the first one is on the wire.
            failure(client.execute(STATUS, Duration.ofMillis(1)), QmpTimeoutException.class);
            qemu.kill();
            QmpDisconnectedException lost = failure(waiting, QmpDisconnectedException.class);
            assertThat(lost.mayHaveReachedQemu()).isTrue();
            failure(client.closed(), QmpDisconnectedException.class);
        }
    }

    @Test
    void quitIsAnsweredAndThenTheSessionEnds() {
        // case 49
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                QmpClient client = open(qemu)) {
            value(client.execute(QmpCommand.of("quit")));
            assertThat(failure(client.closed(), QmpDisconnectedException.class))
                    .hasMessageContaining("QEMU has closed the session");
            assertThat(qemu.awaitEnd(Duration.ofSeconds(10))).isTrue();
        }
    }
}
