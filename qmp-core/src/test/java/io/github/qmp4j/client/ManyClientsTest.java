package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.testkit.FakeQemu;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The number of clients does not show in the number of threads (R7). */
@Timeout(600)
class ManyClientsTest {
    private static final int AT_ONCE = 200;
    private static final int WAVES = 5;
    private static final int MOST_LOOPS = 4;
    private static final Duration BOUND = Duration.ofMinutes(2);

    private List<FakeQemu> fakes = List.of();

    @BeforeEach
    void start() {
        fakes = Stream.generate(
                        () -> FakeQemu.responding().on("query-status", "{}").start())
                .limit(AT_ONCE)
                .toList();
    }

    @AfterEach
    void stop() {
        fakes.forEach(FakeQemu::close);
    }

    @Test
    void twoHundredIdleClientsHaveTheThreadsOfTheEventLoopsOnly() {
        List<QmpClient> clients = openAll();
        await().atMost(BOUND).untilAsserted(() -> assertThat(threads())
                .hasSizeBetween(1, MOST_LOOPS)
                .allMatch(name -> name.startsWith("qmp-loop")));
        assertThat(clients).allMatch(client -> client.state() == ConnectionState.RUNNING);
        clients.forEach(QmpClient::close);
    }

    @Test
    void noThreadIsLeftAfterAThousandClients() {
        // case 15
        for (int i = 0; i < WAVES; i++) {
            List<QmpClient> clients = openAll();
            assertThat(threads()).isNotEmpty();
            clients.forEach(QmpClient::close);
        }
        await().atMost(BOUND).untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    private List<QmpClient> openAll() {
        return fakes.stream()
                .map(fake -> {
                    QmpClient client = open(fake);
                    value(client.execute(QmpCommand.of("query-status")).thenApply(reply -> ""));
                    return client;
                })
                .toList();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("qmp-"))
                .toList();
    }
}
