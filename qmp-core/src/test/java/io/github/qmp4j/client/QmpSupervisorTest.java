package io.github.qmp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpConnectException;
import io.github.qmp4j.QmpConnectException.Reason;
import io.github.qmp4j.QmpDisconnectedException;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.testkit.FakeQemu;
import io.github.qmp4j.testkit.QemuVersions;
import io.github.qmp4j.testkit.RealQemu;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@QemuVersions
@Timeout(300)
class QmpSupervisorTest {
    private static final Backoff QUICK = new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), 2, 0.5);
    private static final Backoff NEVER_AGAIN = new Backoff(Duration.ofHours(1), Duration.ofHours(1), 1, 0);

    @TempDir
    private Path folder;

    private final List<MonitorState> states = new CopyOnWriteArrayList<>();

    @Test
    void aQemuThatIsRestartedIsConnectedToAnewAndNothingIsCarriedOver() throws Exception {
        Path socket = folder.resolve("vm.qmp");
        try (QmpSupervisor supervisor =
                QmpSupervisor.start(new QmpAddress.Unix(socket), QmpOptions.defaults(), QUICK)) {
            supervisor.onState(states::add);
            QmpClient first;
            EventSubscription subscription;
            try (RealQemu qemu = listeningAt(socket)) {
                first = Outcomes.value(supervisor.client());
                subscription = first.subscribe(EventFilter.all(), event -> {});
                qemu.freeze();
                CompletableFuture<?> pending = first.execute(QmpCommand.of("query-status"));
                qemu.kill();
                assertThat(Outcomes.failure(pending, QmpDisconnectedException.class)
                                .mayHaveReachedQemu())
                        .isTrue();
            }
            Outcomes.failure(subscription.ended(), QmpException.class);
            await().until(() -> supervisor.state() instanceof MonitorState.Lost);
            try (RealQemu qemu = listeningAt(socket)) {
                QmpClient second = Outcomes.value(supervisor.client());
                assertThat(second).isNotSameAs(first);
                assertThat(supervisor.state()).isEqualTo(new MonitorState.Connected(second));
                Outcomes.value(second.execute(QmpCommand.of("query-status")));
                assertThat(qemu.process().isAlive()).isTrue();
            }
        }
        await().until(() -> states.contains(new MonitorState.Closed()));
        assertThat(states.get(states.size() - 1)).isEqualTo(new MonitorState.Closed());
        assertThat(states.stream().filter(MonitorState.Connected.class::isInstance))
                .hasSize(2);
    }

    @Test
    void whatIsLostSaysWhyAndWhenTheNextTryIs() {
        Path socket = folder.resolve("none.qmp");
        Instant before = Instant.now();
        try (QmpSupervisor supervisor =
                QmpSupervisor.start(new QmpAddress.Unix(socket), QmpOptions.defaults(), NEVER_AGAIN)) {
            supervisor.onState(states::add);
            await().untilAsserted(
                            () -> assertThat(states).last().isInstanceOfSatisfying(MonitorState.Lost.class, lost -> {
                                assertThat(lost.cause())
                                        .isInstanceOfSatisfying(QmpConnectException.class, e -> assertThat(e.reason())
                                                .isEqualTo(Reason.NO_SUCH_SOCKET));
                                assertThat(lost.nextTry())
                                        .isBetween(
                                                before.plusSeconds(3600),
                                                Instant.now().plusSeconds(3601));
                            }));
        }
    }

    @Test
    void aListenerHearsThePresentStateAtOnceAndThenEachInOrderAlthoughOneThrows() throws Exception {
        // case 8
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpSupervisor supervisor = QmpSupervisor.start(address(fake), QmpOptions.defaults(), QUICK)) {
            QmpClient first = Outcomes.value(supervisor.client());
            supervisor.onState(state -> {
                states.add(state);
                throw new IllegalStateException("for the test");
            });
            await().until(() -> states.equals(List.of(new MonitorState.Connected(first))));
            fake.disconnect();
            await().until(() -> states.size() == 3);
            assertThat(states.get(1)).isInstanceOfSatisfying(MonitorState.Lost.class, lost -> assertThat(lost.cause())
                    .hasMessageContaining("QEMU has closed the session"));
            assertThat(states.get(2)).isInstanceOf(MonitorState.Connected.class);
        }
        await().until(() -> states.size() == 4);
    }

    @Test
    void aListenerThatIsStuckHoldsUpNeitherTheOthersNorTheConnects() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpSupervisor supervisor = QmpSupervisor.start(address(fake), QmpOptions.defaults(), QUICK)) {
            supervisor.onState(state -> awaitUninterrupted(stuck));
            supervisor.onState(states::add);
            Outcomes.value(supervisor.client());
            fake.disconnect();
            await().until(() -> states.stream()
                            .filter(MonitorState.Connected.class::isInstance)
                            .count()
                    == 2);
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void whoClosesAClientGetsANewOneAndWhoHearsNoMoreHearsNoMore() throws Exception {
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpSupervisor supervisor = QmpSupervisor.start(address(fake), QmpOptions.defaults(), QUICK)) {
            QmpClient first = Outcomes.value(supervisor.client());
            Runnable hearing = supervisor.onState(states::add);
            await().until(() -> states.size() == 1);
            hearing.run();
            first.close();
            await().until(() -> supervisor.state() instanceof MonitorState.Connected now
                    && !now.client().equals(first));
            assertThat(states).hasSize(1);
        }
    }

    /** A monitor that greets and drops must not be asked at full speed. */
    @Test
    void sessionsThatEndAtOnceAreTriedAgainEverLater() {
        Backoff slow = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(100), 4, 0);
        try (FakeQemu fake = FakeQemu.script().negotiate().disconnect().start();
                QmpSupervisor supervisor = QmpSupervisor.start(address(fake), QmpOptions.defaults(), slow)) {
            supervisor.onState(states::add);
            await().untilAsserted(() -> assertThat(states)
                    .last()
                    .isInstanceOfSatisfying(
                            MonitorState.Lost.class, lost -> assertThat(Duration.between(Instant.now(), lost.nextTry()))
                                    .isGreaterThan(Duration.ofSeconds(2))));
        }
    }

    @Test
    void afterCloseThereIsNoClientAndNoSession() throws Exception {
        try (FakeQemu fake = FakeQemu.responding().start()) {
            QmpSupervisor supervisor = QmpSupervisor.start(address(fake), QmpOptions.defaults(), QUICK);
            QmpClient client = Outcomes.value(supervisor.client());
            supervisor.close();
            supervisor.close();
            assertThat(client.state()).isEqualTo(ConnectionState.CLOSED);
            assertThat(supervisor.state()).isEqualTo(new MonitorState.Closed());
            assertThat(Outcomes.failure(supervisor.client(), QmpException.class))
                    .hasMessageContaining("is closed");
            supervisor.onState(states::add);
            await().until(() -> states.equals(List.of(new MonitorState.Closed())));
        }
    }

    @Test
    void closeEndsAConnectThatIsUnderWay() {
        try (FakeQemu silent = FakeQemu.script().silence().start()) {
            QmpSupervisor supervisor = QmpSupervisor.start(address(silent), QmpOptions.defaults(), QUICK);
            CompletableFuture<QmpClient> waiting = supervisor.client();
            supervisor.close();
            Outcomes.failure(waiting, QmpException.class);
        }
    }

    @Test
    void aSupervisorThatIsConnectedHasNoThreadOfItsOwn() throws Exception {
        try (FakeQemu fake = FakeQemu.responding().start();
                QmpSupervisor supervisor = QmpSupervisor.start(address(fake), QmpOptions.defaults(), QUICK)) {
            Outcomes.value(supervisor.client());
            await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .filteredOn(name -> name.startsWith("qmp-"))
                    .allMatch(name -> name.startsWith("qmp-loop-")));
        }
    }

    private static QmpAddress address(FakeQemu fake) {
        return new QmpAddress.Unix(fake.socket());
    }

    private static RealQemu listeningAt(Path socket) {
        return RealQemu.builder()
                .machine("none")
                .arguments("-chardev", "socket,id=ours,server=on,wait=off,path=" + socket)
                .arguments("-qmp", "chardev:ours")
                .start();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
