package io.github.qmp4j.client;

import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.ReceivedCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A descriptor that cannot be passed on is closed before its call fails, and the session goes on (R12, case 84). */
@Timeout(300)
class DescriptorRefusedTest {
    private static final QmpCommand<JsonNode> ADD_FD = QmpCommand.of("add-fd");

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.createFile(folder.resolve("passed")).toRealPath();
    }

    @Test
    void isNotSentWhereTheConnectionIsNotOfNettysNativeTransport() throws IOException {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake, QmpOptions.defaults().withNativeTransport(false))) {
            failure(client.execute(ADD_FD, descriptor()))
                    .isExactlyInstanceOf(QmpException.class)
                    .hasMessage("add-fd was not sent: passing a file descriptor needs Netty's native transport"
                            + " (io.netty:netty-transport-native-epoll)");
            assertThat(client.execute(QmpCommand.of("query-status")).join()).isEmpty();
        }
    }

    @Test
    void isNotSentWhereTheConnectionIsTcp() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> accepted = CompletableFuture.supplyAsync(() -> greet(server));
            QmpAddress address = new QmpAddress.Tcp(server.getInetAddress().getHostAddress(), server.getLocalPort());
            try (QmpClient client =
                            QmpClient.connect(address, QmpOptions.defaults()).join();
                    Socket peer = accepted.join()) {
                failure(client.execute(ADD_FD, descriptor()))
                        .isExactlyInstanceOf(QmpException.class)
                        .hasMessageContaining("cannot go through TCP");
                assertThat(peer.getInputStream().available()).isZero();
            }
        }
    }

    @Test
    void isNotSentWhereTheKernelDoesNotPassIt() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake, QmpOptions.defaults())) {
            CompletableFuture<JsonNode> bad = client.execute(ADD_FD, QmpDescriptor.of(1_000_000));
            CompletableFuture<JsonNode> good = client.execute(QmpCommand.of("query-status"));
            failure(bad)
                    .isExactlyInstanceOf(QmpException.class)
                    .hasMessage("add-fd was not sent: the kernel does not pass on descriptor 1000000:"
                            + " Bad file descriptor");
            assertThat(good.join()).isEmpty();
            assertThat(fake.received()).extracting(ReceivedCommand::name).doesNotContain("add-fd");
        }
    }

    /** Why the call failed; the file must not be open any more when it has. */
    private AbstractThrowableAssert<?, ? extends Throwable> failure(CompletableFuture<?> call) {
        AbstractThrowableAssert<?, ? extends Throwable> cause =
                assertThatThrownBy(call::join).cause();
        assertThat(OpenFiles.here(file)).isZero();
        return cause;
    }

    private QmpDescriptor descriptor() throws IOException {
        return QmpDescriptor.open(file);
    }

    private static Socket greet(ServerSocket server) {
        try {
            Socket peer = server.accept();
            peer.getOutputStream()
                    .write(
                            "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":0,\"minor\":0,\"major\":10},\"package\":\"\"},\"capabilities\":[]}}\n"
                                    .getBytes(StandardCharsets.UTF_8));
            new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8)).readLine();
            peer.getOutputStream().write("{\"return\":{},\"id\":0}\n".getBytes(StandardCharsets.UTF_8));
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
