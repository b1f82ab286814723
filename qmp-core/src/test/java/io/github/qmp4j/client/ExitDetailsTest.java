package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.testkit.FakeQemu;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that answers and closes, with commands of ours unread: the kernel says "reset" then, and the answer counts. */
@Timeout(300)
@ParameterizedClass
@ValueSource(booleans = {true, false})
class ExitDetailsTest {
    private final boolean epoll;

    ExitDetailsTest(boolean epoll) {
        this.epoll = epoll;
    }

    @RepeatedTest(30)
    void whatThePeerSaidBeforeItClosedIsReadAlthoughWritesFail() {
        try (FakeQemu fake = FakeQemu.script()
                        .negotiate()
                        .expect("quit")
                        .reply("\"bye\"")
                        .disconnect()
                        .start();
                QmpClient client = open(fake, QmpOptions.defaults().withNativeTransport(epoll))) {
            CompletableFuture<JsonNode> quit = client.execute(QmpCommand.of("quit"));
            IntStream.range(0, 300).forEach(i -> client.execute(QmpCommand.of("query-status")));
            assertThat(value(quit).asText()).isEqualTo("bye");
            assertThat(failure(client.closed(), QmpDisconnectedException.class))
                    .hasMessageContaining("QEMU has closed the session");
        }
    }
}
