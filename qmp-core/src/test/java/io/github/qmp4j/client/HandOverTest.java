package io.github.qmp4j.client;

import static io.github.qmp4j.client.Outcomes.failure;
import static io.github.qmp4j.client.Outcomes.value;
import static io.github.qmp4j.client.Sessions.open;
import static io.github.qmp4j.client.Sessions.unix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpCommandException;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpHealth;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the executor for callbacks does with a task, nothing is lost. */
@Timeout(120)
class HandOverTest {
    private static final QmpCommand<JsonNode> STATUS = QmpCommand.of("query-status");
    private static final QmpCommand<JsonNode> STOP = QmpCommand.of("stop");
    private static final Backoff QUICK = new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), 2, 0);

    @Test
    void anErrorAtAnyHandOverOfASessionLosesNothing() {
        int call = 0;
        int calls;
        do {
            int faulty = call++;
            try (FaultyExecutor executor = FaultyExecutor.at(n -> n == faulty)) {
                playSession(QmpOptions.defaults().withCallbacks(executor));
                calls = executor.calls();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("an error at hand-over %d: %s".formatted(faulty, e), e);
            }
        } while (call < calls);
        assertThat(call).isGreaterThan(10);
    }

    @Test
    void anErrorAtEveryHandOverOfASessionLosesNothing() {
        try (FaultyExecutor executor = FaultyExecutor.at(n -> true)) {
            playSession(QmpOptions.defaults().withCallbacks(executor));
        }
    }

    private static void playSession(QmpOptions options) {
        try (FakeQemu fake = FakeQemu.responding()
                        .on("query-status", "\"here\"")
                        .on("query-version", "{}")
                        .on("query-commands", "[]")
                        .on("query-qmp-schema", "[]")
                        .on("stop", "{}")
                        .start();
                QmpClient client = hanging(QmpClient.connect(unix(fake.socket()), options))) {
            List<String> heard = new CopyOnWriteArrayList<>();
            EventSubscription events = client.subscribe(EventFilter.all(), event -> heard.add(event.name()));
            Listing published = new Listing();
            client.events(EventFilter.all()).subscribe(published);
            assertThat(hanging(client.execute(STATUS)).asText()).isEqualTo("here");
            failure(client.execute(QmpCommand.of("none")).thenApply(none -> none), QmpCommandException.class);
            assertThat(hanging(client.health())).isInstanceOf(QmpHealth.Responsive.class);
            assertThat(hanging(client.schema()).hasCommand("none")).isFalse();
            CompletableFuture<?> awaited = client.executeAndAwait(STOP, EventFilter.named("STOP"));
            fake.send(Outgoing.event("STOP", "{}"));
            fake.send(Outgoing.event("RESUME", "{}"));
            hanging(awaited);
            await().until(() -> heard.equals(List.of("STOP", "RESUME")));
            await().until(() -> published.heard.equals(List.of("STOP", "RESUME")));
            hanging(events.delivered());
            CompletableFuture<Void> closed = client.closed().thenRun(() -> {});
            fake.disconnect();
            failure(closed, QmpDisconnectedException.class);
            failure(events.ended().thenRun(() -> {}), QmpDisconnectedException.class);
            failure(client.execute(STATUS).thenApply(none -> none), QmpDisconnectedException.class);
            await().until(() -> published.ended);
        }
    }

    /** What a future gives to something that hangs on it. */
    private static <T> T hanging(CompletableFuture<T> future) {
        return value(future.thenApply(result -> result));
    }

    @Test
    void aSupervisorConnectsAgainThoughTheExecutorRefusesEverything() {
        assertReconnects(task -> {
            throw new RejectedExecutionException("for the test");
        });
    }

    @Test
    void aSupervisorConnectsAgainThoughTheExecutorThrowsErrors() {
        assertReconnects(task -> {
            throw new OutOfMemoryError("unable to create native thread: for the test");
        });
    }

    /** All of its threads may wait for just that session. */
    @Test
    void aSupervisorConnectsAgainThoughTheExecutorRunsNothing() {
        assertReconnects(task -> {});
    }

    private static void assertReconnects(Executor callbacks) {
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpSupervisor supervisor = QmpSupervisor.start(
                        unix(fake.socket()), QmpOptions.defaults().withCallbacks(callbacks), QUICK)) {
            QmpClient first = value(supervisor.client());
            fake.disconnect();
            await().until(() -> !supervisor.state().equals(new MonitorState.Connected(first)));
            QmpClient second = value(supervisor.client());
            assertThat(second).isNotSameAs(first);
            assertThat(supervisor.state()).isEqualTo(new MonitorState.Connected(second));
        }
    }

    @Test
    void aTaskThatTheExecutorTakesAndThenThrowsForRunsOnce() {
        // a pool queues a task, and then fails to start a thread for it
        Executor takesAndThrows = task -> {
            new Thread(task).start();
            throw new OutOfMemoryError("unable to create native thread: for the test");
        };
        List<String> heard = new CopyOnWriteArrayList<>();
        try (FakeQemu fake = FakeQemu.responding().on("query-status", "1").start();
                QmpClient client = open(fake, QmpOptions.defaults().withCallbacks(takesAndThrows))) {
            EventSubscription events = client.subscribe(EventFilter.all(), event -> heard.add(event.name()));
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                sent.add("E" + i);
                fake.send(Outgoing.event("E" + i, "{}"));
            }
            value(client.execute(STATUS));
            value(events.delivered());
            assertThat(heard).isEqualTo(sent);
        }
    }

    private static final class Listing implements Flow.Subscriber<io.github.qmp4j.event.QmpEvent> {
        private final List<String> heard = new CopyOnWriteArrayList<>();
        private volatile boolean ended;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(io.github.qmp4j.event.QmpEvent event) {
            heard.add(event.name());
        }

        @Override
        public void onError(Throwable failure) {
            ended = true;
        }

        @Override
        public void onComplete() {
            ended = true;
        }
    }
}
