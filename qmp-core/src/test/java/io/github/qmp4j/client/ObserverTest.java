package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.Outgoing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ObserverTest {
    private static final QmpCommand<?> QUERY = QmpCommand.of("query-version");

    /** Writes down what it hears. */
    private static final class Recorder implements QmpObserver {
        final List<String> heard = new CopyOnWriteArrayList<>();

        @Override
        public void connectionOpened(QmpAddress address) {
            heard.add("opened");
        }

        @Override
        public void connectionEnded(QmpAddress address, @Nullable QmpException cause) {
            heard.add(cause == null ? "closed" : "lost");
        }

        @Override
        public void commandStarted(String command) {
            heard.add(command);
        }

        @Override
        public void commandFinished(String command, Outcome outcome, Duration took) {
            assertThat(took).isBetween(Duration.ofNanos(1), Duration.ofSeconds(60));
            heard.add(command + " " + outcome);
        }

        @Override
        public void eventReceived(String event) {
            heard.add("event " + event);
        }

        @Override
        public void eventDropped(String event) {
            heard.add("dropped " + event);
        }

        @Override
        public void lateReply() {
            heard.add("late");
        }
    }

    private static QmpClient connect(FakeQemu qemu, QmpObserver... observers) throws Exception {
        QmpOptions options =
                QmpOptions.defaults().withObservers(List.of(observers)).withEventQueue(1);
        return QmpClient.connect(new QmpAddress.Unix(qemu.socket()), options).get(3, TimeUnit.MINUTES);
    }

    @Test
    void everyOutcomeIsToldBeforeTheFutureCompletes() throws Exception {
        Recorder recorder = new Recorder();
        CountDownLatch timedOut = new CountDownLatch(1);
        try (FakeQemu qemu = FakeQemu.script()
                        .negotiate()
                        .expect("query-version")
                        .reply()
                        .expect("stop")
                        .error("GenericError", "no")
                        .expect("cont")
                        .pauseUntil(timedOut)
                        .reply()
                        .event("STOP", "{}")
                        .expect("quit")
                        .disconnect()
                        .start();
                QmpClient client = connect(qemu, recorder)) {
            client.execute(QUERY).get(3, TimeUnit.MINUTES);
            assertThat(recorder.heard).containsExactly("opened", "query-version", "query-version OK");
            assertThatThrownBy(() -> client.execute(QmpCommand.of("stop")).get(3, TimeUnit.MINUTES));
            assertThat(recorder.heard).endsWith("stop", "stop ERROR");
            assertThatThrownBy(() ->
                    client.execute(QmpCommand.of("cont"), Duration.ofMillis(50)).get(3, TimeUnit.MINUTES));
            assertThat(recorder.heard).endsWith("cont", "cont TIMEOUT");
            timedOut.countDown();
            await().untilAsserted(() -> assertThat(recorder.heard).endsWith("late", "event STOP"));
            assertThatThrownBy(() -> client.execute(QmpCommand.of("quit")).get(3, TimeUnit.MINUTES));
            assertThat(recorder.heard)
                    .endsWith("quit", "quit DISCONNECTED", "lost")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void closingIsNoLossAndACommandAfterItIsNotTold() throws Exception {
        Recorder recorder = new Recorder();
        try (FakeQemu qemu = FakeQemu.responding().start()) {
            QmpClient client = connect(qemu, recorder);
            client.close();
            assertThatThrownBy(() -> client.execute(QUERY).get(3, TimeUnit.MINUTES));
            assertThat(recorder.heard).containsExactly("opened", "closed");
        }
    }

    @Test
    void droppedEventsAreTold() throws Exception {
        Recorder recorder = new Recorder();
        CountDownLatch stuck = new CountDownLatch(1);
        try (FakeQemu qemu = FakeQemu.responding().start();
                QmpClient client = connect(qemu, recorder)) {
            client.subscribe(EventFilter.all(), event -> join(stuck));
            for (int i = 0; i < 10; i++) {
                qemu.send(Outgoing.event("STOP", "{}"));
            }
            await().untilAsserted(() -> assertThat(recorder.heard).contains("dropped STOP"));
            stuck.countDown();
        }
    }

    @Test
    void observerThatThrowsHarmsNeitherTheSessionNorTheNextObserver() throws Exception {
        Recorder recorder = new Recorder();
        QmpObserver broken = (QmpObserver) java.lang.reflect.Proxy.newProxyInstance(
                QmpObserver.class.getClassLoader(), new Class<?>[] {QmpObserver.class}, (proxy, method, arguments) -> {
                    throw new StackOverflowError("broken on purpose");
                });
        try (FakeQemu qemu = FakeQemu.responding().on("query-version", "{}").start()) {
            try (QmpClient client = connect(qemu, broken, recorder)) {
                client.execute(QUERY).get(3, TimeUnit.MINUTES);
                client.execute(QUERY).get(3, TimeUnit.MINUTES);
            }
            assertThat(recorder.heard)
                    .containsExactly(
                            "opened",
                            "query-version",
                            "query-version OK",
                            "query-version",
                            "query-version OK",
                            "closed");
        }
    }

    @Test
    void queuedObserverThatBlocksHoldsUpNothingAndHearsTheRestInOrder() throws Exception {
        Recorder recorder = new Recorder();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        QmpObserver slow = new QmpObserver() {
            @Override
            public void commandStarted(String command) {
                entered.countDown();
                join(stuck);
                recorder.commandStarted(command);
            }

            @Override
            public void commandFinished(String command, Outcome outcome, Duration took) {
                recorder.commandFinished(command, outcome, took);
            }
        };
        try (FakeQemu qemu = FakeQemu.responding().on("query-version", "{}").start();
                QmpClient client = connect(qemu, QmpObserver.queued(slow, 4))) {
            for (int i = 0; i < 20; i++) {
                client.execute(QUERY).get(3, TimeUnit.MINUTES);
                join(entered);
            }
            assertThat(recorder.heard).isEmpty();
            stuck.countDown();
            await().untilAsserted(() -> assertThat(recorder.heard)
                    .containsExactly(
                            "query-version", "query-version OK", "query-version", "query-version OK", "query-version"));
        }
    }

    private static void join(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
