package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import io.github.qmp4j.testkit.TempFolder;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No user code runs on the event loop, and user code that blocks holds up only itself (R1). */
@Timeout(300)
class CallbackThreadTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");

    @Test
    void whoWaitsIsWokenWhileTheExecutorForCallbacksIsStuck() {
        try (FakeQemu fake = FakeQemu.responding()
                        .on("query-status", "\"here\"")
                        .on("query-commands", "[\"stuck\"]")
                        .on("query-qmp-schema", "[]")
                        .start();
                QmpClient client = open(fake, QmpOptions.defaults().withCallbacks(task -> {}))) {
            CompletableFuture<JsonNode> reply = client.execute(STATUS);
            assertThat(value(reply).asText()).isEqualTo("here");
            assertThat(reply.join().asText()).isEqualTo("here");
            assertThat(client.execute(STATUS).join().asText()).isEqualTo("here");
            assertThat(value(client.schema()).hasCommand("stop")).isFalse();
            CompletableFuture<QmpEvent> stopped = client.executeAndAwait(STATUS, EventFilter.named("STOP"));
            fake.send(Outgoing.event("STOP", "{}"));
            assertThat(value(stopped).name()).isEqualTo("STOP");
            CompletableFuture<Void> closed = client.closed();
            fake.disconnect();
            failure(closed, QmpDisconnectedException.class);
        }
    }

    @RepeatedTest(20)
    void whatHangsOnFuturesNeverRunsOnTheEventLoop() {
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake)) {
            CompletableFuture<JsonNode> one = client.execute(STATUS);
            CompletableFuture<JsonNode> two = client.execute(STATUS);
            CompletableFuture<String> all = CompletableFuture.allOf(one, two).thenApply(none -> thread());
            CompletableFuture<String> read = client.execute(STATUS.returning(json -> thread()));
            CompletableFuture<String> failed =
                    client.execute(QmpCommand.of("none")).handle((reply, failure) -> thread());
            CompletableFuture<String> closed = client.closed().handle((none, failure) -> thread());
            assertThat(List.of(value(one.thenApply(reply -> thread())), value(all), value(read), value(failed)))
                    .noneMatch(name -> name.startsWith("qmp-loop"));
            fake.disconnect();
            assertThat(value(closed)).doesNotStartWith("qmp-loop");
        }
    }

    @Test
    void aBlockingCallInsideACallbackWorks() {
        // case 77
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "\"in\"").start();
                QmpClient client = open(fake)) {
            assertThat(value(client.execute(STATUS).thenApply(reply -> value(client.execute(STATUS))))
                            .asText())
                    .isEqualTo("in");
        }
    }

    @Test
    void aBlockingCallInsideAListenerWorks() {
        // case 77
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "\"in\"").start();
                QmpClient client = open(fake)) {
            CompletableFuture<JsonNode> heard = new CompletableFuture<>();
            client.subscribe(EventFilter.all(), event -> heard.complete(value(client.execute(STATUS))));
            fake.send(Outgoing.event("STOP", "{}"));
            assertThat(value(heard).asText()).isEqualTo("in");
        }
    }

    @Test
    void aConnectInsideACallbackOfASingleThreadWorks() {
        ExecutorService one = Executors.newSingleThreadExecutor();
        QmpOptions options = QmpOptions.defaults().withCallbacks(one);
        try (FakeQemu first = FakeQemu.responding().on("query-status", "{}").start();
                FakeQemu second = FakeQemu.responding().start();
                QmpClient client = open(first, options)) {
            CompletableFuture<QmpClient> inside =
                    client.execute(STATUS).thenApply(reply -> value(QmpClient.connect(unix(second.socket()), options)));
            value(inside).close();
        } finally {
            one.shutdownNow();
        }
    }

    /** The thread that would bring the end must not wait for it. */
    @Test
    void closeDoesNotWaitOnTheLoopThatAnExecutorRunsCallbacksOn() {
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpClient client = open(fake, QmpOptions.defaults().withCallbacks(Runnable::run))) {
            CompletableFuture<Long> waits = new CompletableFuture<>();
            client.subscribe(EventFilter.all(), event -> waits.complete(waitsIn(client::close)));
            fake.send(Outgoing.event("STOP", "{}"));
            assertThat(value(waits)).isZero();
            value(client.closed());
        }
    }

    @Test
    void aListenerClosesOnTheLoopThatAnExecutorRunsCallbacksOn() {
        QmpOptions inline = QmpOptions.defaults().withNativeTransport(false).withCallbacks(Runnable::run);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        try (TempFolder folder = TempFolder.create("inline");
                FakeQemu fake = FakeQemu.responding().start();
                QmpClient client = open(fake, inline)) {
            List<QmpListener> listeners = new ArrayList<>();
            // One on each loop, so that one of them is closed on its own.
            for (int i = 0; i < 8; i++) {
                listeners.add(QmpClient.listen(new QmpAddress.Unix(folder.resolve("vm" + i)), inline));
            }
            client.subscribe(EventFilter.all(), event -> {
                listeners.forEach(QmpListener::close);
                closed.complete(null);
            });
            fake.send(Outgoing.event("STOP", "{}"));
            value(closed);
        }
    }

    private static long waitsIn(Runnable action) {
        long before = timesWaited();
        action.run();
        return timesWaited() - before;
    }

    private static long timesWaited() {
        return ManagementFactory.getThreadMXBean()
                .getThreadInfo(Thread.currentThread().getId())
                .getWaitedCount();
    }

    @Test
    void anExecutorThatRefusesWorkIsReplacedByADaemonThread() {
        // R7
        QmpOptions options = QmpOptions.defaults().withCallbacks(task -> {
            throw new RejectedExecutionException("shut down");
        });
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "{}").start();
                QmpClient client = open(fake, options)) {
            CompletableFuture<Boolean> heard = new CompletableFuture<>();
            client.subscribe(EventFilter.all(), event -> heard.complete(daemon()));
            fake.send(Outgoing.event("STOP", "{}"));
            Thread caller = Thread.currentThread();
            // What is hung on a future that is done already runs at once.
            CompletableFuture<Boolean> hung = client.execute(STATUS)
                    .thenApply(reply -> daemon() || Thread.currentThread().equals(caller));
            assertThat(List.of(value(heard), value(hung))).containsOnly(true);
        }
    }

    private static boolean daemon() {
        return Thread.currentThread().isDaemon();
    }

    private static String thread() {
        return Thread.currentThread().getName();
    }
}
