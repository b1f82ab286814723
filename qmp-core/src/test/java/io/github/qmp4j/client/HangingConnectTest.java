package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Phase;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A TCP port whose backlog is full drops what comes, so that a connect to it hangs (R9); over epoll and over NIO. */
@Timeout(300)
@ParameterizedClass
@ValueSource(booleans = {true, false})
class HangingConnectTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final QmpOptions options;
    private final List<SocketChannel> waiting = new ArrayList<>();
    private ServerSocket server;

    HangingConnectTest(boolean epoll) {
        options = QmpOptions.defaults().withNativeTransport(epoll).withConnectTimeout(LIMIT);
    }

    @BeforeEach
    void fill() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        boolean hangs = false;
        while (!hangs) {
            SocketChannel channel = SocketChannel.open();
            waiting.add(channel);
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
            hangs = !channel.finishConnect();
        }
    }

    @AfterEach
    void close() throws IOException {
        for (SocketChannel each : waiting) {
            each.close();
        }
        server.close();
    }

    @Test
    void itEndsAfterItsTimeOutWithAReasonOfItsOwn() {
        // case 6
        long start = System.nanoTime();
        QmpConnectException late = failure(QmpClient.connect(address(), options), QmpConnectException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(LIMIT);
        assertThat(late.phase()).isEqualTo(Phase.CONNECT);
        assertThat(late.reason()).as(late.getMessage()).isEqualTo(Reason.SILENT);
        assertThat(late).hasMessageContaining("within 1 s").hasMessageNotContaining("nothing listens");
    }

    @Test
    void whoeverWaitsNoMoreLeavesNothingBehind() {
        // case 5
        CompletableFuture<QmpClient> connecting = QmpClient.connect(address(), options);
        await().until(() -> threads().stream().anyMatch(name -> name.startsWith("qmp-loop")));
        assertThat(connecting.cancel(true)).isTrue();
        assertThat(connecting).isCancelled();
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    private QmpAddress address() {
        return new QmpAddress.Tcp("127.0.0.1", server.getLocalPort());
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("qmp-"))
                .toList();
    }
}
