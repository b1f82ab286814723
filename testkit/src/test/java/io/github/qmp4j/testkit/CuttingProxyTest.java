package io.github.qmp4j.testkit;

import static io.github.qmp4j.testkit.CuttingProxy.Direction.FROM_QEMU;
import static io.github.qmp4j.testkit.CuttingProxy.Direction.TO_QEMU;
import static io.github.qmp4j.testkit.CuttingProxy.Place.AFTER;
import static io.github.qmp4j.testkit.CuttingProxy.Place.BEFORE;
import static io.github.qmp4j.testkit.CuttingProxy.Place.INSIDE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmp4j.testkit.CuttingProxy.Direction;
import io.github.qmp4j.testkit.CuttingProxy.Place;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class CuttingProxyTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private static RawMonitor connect(CuttingProxy proxy) {
        return RawMonitor.connect(proxy.socket(), LONG);
    }

    private static boolean has(RealQemu qemu, String object) {
        return qemu.oracle()
                .execute("qom-list", "{\"path\":\"/objects\"}")
                .toString()
                .contains("\"" + object + "\"");
    }

    private static void addObject(RawMonitor monitor, String id) {
        monitor.execute("object-add", "{\"qom-type\":\"authz-simple\",\"id\":\"%s\",\"identity\":\"x\"}".formatted(id));
    }

    @Test
    void passesARealSessionOnAndCountsIt() {
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                CuttingProxy proxy = CuttingProxy.start(qemu.monitor())) {
            try (RawMonitor monitor = connect(proxy)) {
                assertThat(monitor.execute("query-version"))
                        .isEqualTo(qemu.oracle().execute("query-version"));
                assertThat(monitor.execute("query-qmp-schema")).hasSizeGreaterThan(100);
                assertThat(monitor.greeting()).isEqualTo(qemu.oracle().greeting());
            }
            assertThat(proxy.messages(TO_QEMU)).isEqualTo(3);
            assertThat(proxy.messages(FROM_QEMU)).isEqualTo(4);
            assertThat(proxy.message(TO_QEMU, 2)).contains("\"query-version\"");
            assertThat(proxy.message(FROM_QEMU, 1)).startsWith("{\"QMP\"").endsWith("}");
            assertThat(proxy.cuts()).isZero();
        }
    }

    /** QEMU has seen what went before the cut, and nothing of what comes after; the client can come back. */
    @Test
    void cutsBeforeACommandOrBeforeItsReply() {
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                CuttingProxy proxy = CuttingProxy.start(qemu.monitor())) {
            proxy.cut(TO_QEMU, 2, BEFORE);
            try (RawMonitor monitor = connect(proxy)) {
                assertThatThrownBy(() -> addObject(monitor, "never")).hasMessageContaining("QEMU closed the monitor");
            }
            proxy.awaitCuts(1, LONG);
            int replies = proxy.messages(FROM_QEMU);
            // Greeting and negotiation come first.
            proxy.cut(FROM_QEMU, replies + 3, BEFORE);
            try (RawMonitor monitor = connect(proxy)) {
                assertThatThrownBy(() -> addObject(monitor, "made")).hasMessageContaining("QEMU closed the monitor");
            }
            proxy.awaitCuts(2, LONG);
            assertThat(has(qemu, "never")).isFalse();
            assertThat(has(qemu, "made")).isTrue();
            try (RawMonitor monitor = connect(proxy)) {
                addObject(monitor, "later");
            }
            assertThat(has(qemu, "later")).isTrue();
            assertThat(proxy.cuts()).isEqualTo(2);
        }
    }

    @Test
    void cutsAfterTheReplyThatTheClientStillGets() {
        try (RealQemu qemu = RealQemu.builder().machine("none").start();
                CuttingProxy proxy = CuttingProxy.start(qemu.monitor())) {
            proxy.cut(FROM_QEMU, 3, AFTER);
            try (RawMonitor monitor = connect(proxy)) {
                assertThat(monitor.execute("query-version")).isNotEmpty();
                proxy.awaitCuts(1, LONG);
                assertThatThrownBy(() -> monitor.execute("query-version")).isInstanceOf(TestkitException.class);
            }
        }
    }

    /** What each side gets, to the byte, at each place of a session. */
    @Test
    void passesExactlyWhatItShouldAtEveryPlace() throws IOException {
        String command = "{\"execute\":\"query-status\"}\n";
        String reply = "{\"return\": {}}\r\n";
        for (Place place : Place.values()) {
            for (Direction direction : Direction.values()) {
                try (FakeQemu fake = FakeQemu.script()
                                .greet()
                                .expect("query-status")
                                .raw(reply.getBytes(StandardCharsets.UTF_8))
                                .silence()
                                .start();
                        CuttingProxy proxy = CuttingProxy.start(fake.socket());
                        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(proxy.socket()))) {
                    proxy.cut(direction, direction == TO_QEMU ? 1 : 2, place);
                    InputStream received = Channels.newInputStream(client);
                    assertThat(line(received)).startsWith("{\"QMP\"");
                    client.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.UTF_8)));
                    String afterGreeting = new String(received.readAllBytes(), StandardCharsets.UTF_8);
                    proxy.awaitCuts(1, LONG);
                    if (direction == FROM_QEMU) {
                        assertThat(afterGreeting).isEqualTo(reply.substring(0, length(place, reply)));
                    } else {
                        assertThat(afterGreeting).isIn("", reply);
                    }
                    if (direction == TO_QEMU && place == AFTER) {
                        fake.awaitReceived("query-status", 1, LONG);
                    } else {
                        assertThat(fake.received()).hasSize(direction == TO_QEMU ? 0 : 1);
                    }
                }
            }
        }
    }

    private static String line(InputStream from) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = from.read(); next >= 0 && next != '\n'; next = from.read()) {
            line.append((char) next);
        }
        return line.toString();
    }

    private static int length(Place place, String message) {
        return switch (place) {
            case BEFORE -> 0;
            case INSIDE -> message.length() / 2;
            case AFTER -> message.length();
        };
    }

    @Test
    void disconnectsAClientWhileThereIsNoQemuAndServesItLater() {
        Path socket;
        try (TempFolder folder = TempFolder.create("gone")) {
            socket = folder.resolve("qmp.sock");
            try (CuttingProxy proxy = CuttingProxy.start(socket)) {
                assertThatThrownBy(() -> connect(proxy)).hasMessageContaining("QEMU closed the monitor");
                try (FakeQemu fake = FakeQemu.responding().startAt(socket);
                        RawMonitor monitor = connect(proxy)) {
                    assertThat(monitor.greeting().has("QMP")).isTrue();
                    assertThat(fake.received()).hasSize(1);
                }
            }
        }
    }

    @Test
    void refusesACutThatIsTooLateAndSaysWhenOneDoesNotCome() {
        try (FakeQemu fake = FakeQemu.responding().start();
                CuttingProxy proxy = CuttingProxy.start(fake.socket())) {
            connect(proxy).close();
            assertThatThrownBy(() -> proxy.cut(TO_QEMU, 1, INSIDE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("message 1 TO_QEMU has passed");
            proxy.cut(TO_QEMU, 9, INSIDE);
            assertThatThrownBy(() -> proxy.awaitCuts(1, Duration.ofMillis(10)))
                    .isInstanceOf(TestkitException.class)
                    .hasMessageContaining("0 cuts and not 1");
        }
    }

    @Test
    void leavesNoThreadAndNoSocketBehind() {
        Path socket;
        try (FakeQemu fake = FakeQemu.responding().start()) {
            CuttingProxy proxy = CuttingProxy.start(fake.socket());
            socket = proxy.socket();
            RawMonitor monitor = connect(proxy);
            proxy.close();
            proxy.close();
            assertThatThrownBy(() -> monitor.execute("query-status")).isInstanceOf(TestkitException.class);
            monitor.close();
            assertThat(socket.getParent()).doesNotExist();
            Awaitility.await().atMost(LONG).until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().contains(fake.socket().toString())
                            && thread.getName().startsWith("cutting-proxy")));
        }
    }

    /** A message may be large and come in pieces; it is one message. */
    @Test
    void countsMessagesAndNotPieces() {
        try (FakeQemu fake = FakeQemu.responding()
                        .on("query-status", "{\"text\":\"" + "x".repeat(1 << 20) + "\"}")
                        .start();
                CuttingProxy proxy = CuttingProxy.start(fake.socket());
                RawMonitor monitor = connect(proxy)) {
            assertThat(monitor.execute("query-status").get("text").asText()).hasSize(1 << 20);
            assertThat(List.of(proxy.messages(TO_QEMU), proxy.messages(FROM_QEMU)))
                    .containsExactly(2, 3);
        }
    }
}
