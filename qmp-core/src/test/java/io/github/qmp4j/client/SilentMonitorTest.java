package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.LONG;
import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Phase;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RawMonitor;
import io.github.qmp4j.testkit.RealQemu;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A monitor that is busy and one that is frozen both accept and stay silent; the kernel tells them apart (R9). */
@QemuVersions
@Timeout(300)
class SilentMonitorTest {
    private final QmpOptions options = QmpOptions.defaults()
            .withNativeTransport(nativeTransport())
            .withConnectTimeout(Duration.ofMillis(300))
            .withGreetingTimeout(Duration.ofMillis(300));

    /** The transport is not a parameter of the class, since a class has the versions of QEMU or parameters. */
    boolean nativeTransport() {
        return true;
    }

    @Test
    void aMonitorThatAnotherClientHoldsIsBusyUntilThatLeaves() {
        // R9, cases 7, 12, 81
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            RawMonitor holder = RawMonitor.connect(qemu.monitor(), LONG);
            expect(qemu.monitor(), Phase.GREETING, Reason.BUSY);
            holder.close();
            value(QmpClient.connect(unix(qemu.monitor()), QmpOptions.defaults()))
                    .close();
        }
    }

    @Test
    void aStoppedQemuIsFrozenUntilItGoesOn() {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            qemu.freeze();
            expect(qemu.monitor(), Phase.GREETING, Reason.FROZEN);
            qemu.thaw();
            value(QmpClient.connect(unix(qemu.monitor()), QmpOptions.defaults()))
                    .close();
        }
    }

    @Test
    void aBusyMonitorWhoseBacklogIsFullIsStillBusy() throws IOException {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            RawMonitor holder = RawMonitor.connect(qemu.monitor(), LONG);
            List<SocketChannel> waiting = fill(qemu.monitor());
            expect(qemu.monitor(), Phase.CONNECT, Reason.BUSY);
            closeAll(waiting);
            holder.close();
        }
    }

    /** Each holds the monitor for a moment, and most find the backlog full. */
    @Test
    void manyThatComeAtOnceAllHaveTheirTurnInTheTimeThatWasAsked() {
        QmpOptions patient = QmpOptions.defaults()
                .withNativeTransport(nativeTransport())
                .withConnectTimeout(Duration.ofMinutes(2))
                .withGreetingTimeout(Duration.ofMinutes(2));
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            RawMonitor holder = RawMonitor.connect(qemu.monitor(), LONG);
            List<CompletableFuture<JsonNode>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(QmpClient.connect(unix(qemu.monitor()), patient)
                        .thenCompose(client -> client.execute(QmpCommand.of("query-status"))
                                .whenComplete((status, failure) -> client.close())));
            }
            holder.close();
            assertThat(all)
                    .allSatisfy(each ->
                            assertThat(value(each).path("status").asText()).isEqualTo("prelaunch"));
        }
    }

    @Test
    void aFrozenMonitorWhoseBacklogIsFullIsStillFrozen() throws IOException {
        // case 5
        try (FakeQemu fake = FakeQemu.frozen()) {
            List<SocketChannel> waiting = fill(fake.socket());
            expect(fake.socket(), Phase.CONNECT, Reason.FROZEN);
            closeAll(waiting);
        }
    }

    @Test
    void aFullBacklogIsNotTakenForADeadSocketWhereTheKernelTellsNoMore() throws IOException {
        // A socket bound by a relative name stands in the kernel's table under that name only.
        Path relative = Path.of("target", getClass().getSimpleName() + ".sock"); // both classes may run at a time
        Files.deleteIfExists(relative);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(relative), 1);
            expect(relative.toAbsolutePath(), Phase.GREETING, Reason.SILENT);
            List<SocketChannel> waiting = fill(relative);
            expect(relative.toAbsolutePath(), Phase.CONNECT, Reason.SILENT);
            closeAll(waiting);
        }
    }

    @Test
    void aMonitorBehindASymbolicLinkIsBusyToo() throws IOException {
        try (RealQemu qemu = RealQemu.builder().machine("none").start()) {
            RawMonitor holder = RawMonitor.connect(qemu.monitor(), LONG);
            Path link = Files.createSymbolicLink(qemu.folder().resolve("link"), qemu.monitor());
            expect(link, Phase.GREETING, Reason.BUSY);
            holder.close();
        }
    }

    /** Connects until the kernel refuses, which it does with EAGAIN when the backlog is full. */
    private static List<SocketChannel> fill(Path socket) throws IOException {
        List<SocketChannel> waiting = new ArrayList<>();
        while (waiting.size() < 10) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.configureBlocking(false);
            waiting.add(channel);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
            } catch (SocketException full) {
                return waiting;
            }
        }
        throw new AssertionError("the backlog takes any number");
    }

    private static void closeAll(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private void expect(Path socket, Phase phase, Reason reason) {
        QmpConnectException refusal = failure(QmpClient.connect(unix(socket), options), QmpConnectException.class);
        assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(reason);
        assertThat(refusal.phase()).isEqualTo(phase);
    }
}
