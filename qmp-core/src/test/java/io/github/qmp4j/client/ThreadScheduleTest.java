package io.github.qmp4j.client;

import static io.github.qmp4j.client.Schedules.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.codec.QmpMessage;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.event.QmpEvent;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.threads.LosslessExecutor;
import io.github.qmp4j.transport.QueuedWire;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What several threads share in a session and in its supervisor, in many orders of their steps. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ThreadScheduleTest {
    private static final QmpAddress ADDRESS = QmpAddress.parse("unix:queued");
    private static final QmpOptions OPTIONS = QmpOptions.defaults();
    private static final QmpGreeting GREETING = new QmpGreeting(new QmpGreeting.Version(7, 2, 0), "", List.of());
    private static final JsonNode NOTHING = JsonNodeFactory.instance.objectNode();
    private static final Duration LONG = Duration.ofHours(1);

    /** What is there before the first order is in none of them: the JVM's thread for timers, and classes that read files. */
    @BeforeAll
    static void warmUp() {
        LosslessExecutor.of(Runnable::run).execute(() -> {});
        Loop loop = new Loop(Runnable::run);
        loop.execute();
        loop.lose();
        loop.wire.serve();
        client(new CompletableFuture<>(), new AtomicInteger()).close();
    }

    @Test
    void aResultIsReadOnceAndToldOnceWhoeverEndsTheWaiting() {
        Schedules.play(crew -> {
            AtomicInteger reads = new AtomicInteger();
            AtomicInteger told = new AtomicInteger();
            CallFuture<String> future = new CallFuture<>(crew);
            crew.thread(() -> future.arrive(() -> "value " + reads.incrementAndGet()));
            crew.thread(() -> future.cancel(false));
            future.whenComplete((value, failure) -> told.incrementAndGet());
            CallFuture<String> copy = CallFuture.copyOf(future, crew);
            crew.finish();
            require(told.get() == 1, () -> "told %s times".formatted(told));
            require(reads.get() == (future.isCancelled() ? 0 : 1), () -> "read %s times".formatted(reads));
            require(copy.isDone() && copy.isCancelled() == future.isCancelled(), () -> "the copy has another result");
        });
    }

    @Test
    void aTaskRunsOnceAlthoughItsExecutorTakesItAndThrows() {
        AtomicReference<Executor> present = new AtomicReference<>(Runnable::run);
        Executor lossless = LosslessExecutor.of(task -> {
            present.get().execute(task);
            throw new OutOfMemoryError("unable to create native thread: for the test");
        });
        lossless.execute(() -> {}); // logs what it logs once
        Schedules.play(crew -> {
            AtomicInteger runs = new AtomicInteger();
            present.set(crew);
            crew.thread(() -> lossless.execute(runs::incrementAndGet));
            crew.worker();
            crew.finish();
            require(runs.get() == 1, () -> runs + " runs");
        });
    }

    @Test
    void noCommandIsRefusedWhileAPlaceIsFree() {
        Schedules.play(crew -> {
            PendingCalls calls = new PendingCalls(1);
            AtomicInteger taken = new AtomicInteger();
            require(calls.reserve(), () -> "the first place is free");
            crew.thread(() -> taken.addAndGet(calls.reserve() ? 1 : 0));
            calls.giveBack();
            taken.addAndGet(calls.reserve() ? 1 : 0);
            crew.finish();
            require(taken.get() == 1, () -> "the place that was given back was taken %s times".formatted(taken));
        });
    }

    @Test
    void eachCommandIsAnsweredOnceWhicheverOfReplyTimeOutAndEndIsFirst() {
        Schedules.playLarge(crew -> {
            Loop loop = new Loop(crew);
            AtomicInteger told = new AtomicInteger();
            AtomicReference<CompletableFuture<JsonNode>> result = new AtomicReference<>();
            crew.thread(() -> {
                result.set(loop.execute());
                result.get().whenComplete((value, failure) -> told.incrementAndGet());
            });
            crew.thread(loop.wire::serve);
            loop.wire.ring();
            loop.lose();
            crew.finish();
            loop.wire.serve();
            crew.finish();
            require(result.get().isDone() && told.get() == 1, () -> "answered %s times".formatted(told));
        });
    }

    @Test
    void everyEventFromTheSubscriptionToTheEndIsDeliveredOnceAndInOrder() {
        Schedules.play(crew -> {
            EventHub hub = new EventHub(OPTIONS, name -> {});
            Listener listener = new Listener();
            AtomicReference<String> atEnd = new AtomicReference<>("never");
            crew.thread(() -> {
                hub.publish(event(1));
                hub.publish(event(2));
                hub.end(null);
            });
            EventSubscription subscription = hub.subscribe(EventFilter.all(), listener::heard, crew);
            subscription.ended().whenComplete((done, failure) -> atEnd.set(listener.toString()));
            crew.worker();
            crew.finish();
            require(List.of("[]", "[2]", "[1, 2]").contains(listener.toString()), () -> "heard " + listener);
            require(atEnd.get().equals(listener.toString()), () -> "heard %s, at the end %s"
                    .formatted(listener, atEnd));
        });
    }

    @Test
    void aListenerHearsNothingMoreOnceItsSubscriptionIsClosed() {
        Schedules.play(crew -> {
            EventHub hub = new EventHub(OPTIONS, name -> {});
            Listener listener = new Listener();
            EventSubscription subscription = hub.subscribe(EventFilter.all(), listener::heard, crew);
            crew.thread(() -> {
                hub.publish(event(1));
                hub.end(null);
            });
            CompletableFuture<Void> ended = subscription.ended();
            CompletableFuture<Void> delivered = subscription.delivered();
            subscription.close();
            // Only this runs deliveries, so each would begin after the close.
            crew.finish();
            require(listener.begun() == 0, () -> "heard %s after the close".formatted(listener));
            require(ended.isDone() && delivered.isDone(), () -> "one waits for ever");
        });
    }

    @Test
    void aFullQueueTellsOfEachGapAndCountsWhatItDrops() {
        Schedules.play(crew -> {
            Listener listener = new Listener();
            AtomicInteger gaps = new AtomicInteger();
            Subscription subscription = new Subscription(EventFilter.all(), listener::heard, crew, 1, closed -> {});
            subscription.onDropped(gaps::incrementAndGet);
            subscription.offer(event(1));
            crew.worker();
            crew.worker();
            int refused = (subscription.offer(event(2)) ? 0 : 1) + (subscription.offer(event(3)) ? 0 : 1);
            crew.finish();
            require(subscription.dropped() == refused, () -> "%d dropped, %d counted"
                    .formatted(refused, subscription.dropped()));
            require(listener.begun() == 3 - refused && listener.isInOrder(), () -> "heard " + listener);
            require(gaps.get() > 0 == refused > 0, () -> "%d dropped, %s gaps told".formatted(refused, gaps));
        });
    }

    @Test
    void aStateListenerHearsTheLastStateAndNothingOnceItIsRemoved() {
        Schedules.play(crew -> {
            StateListeners listeners = new StateListeners();
            List<MonitorState> kept = new ArrayList<>();
            AtomicInteger heard = new AtomicInteger();
            MonitorState first = new MonitorState.Lost(new QmpException("for the test"), Instant.EPOCH);
            MonitorState last = new MonitorState.Closed();
            Runnable remove = listeners.add(state -> heard.incrementAndGet(), crew, first);
            listeners.add(kept::add, crew, first);
            crew.thread(() -> listeners.tell(last));
            remove.run();
            // Only this tells the listeners.
            crew.finish();
            require(kept.equals(List.of(first, last)), () -> "heard " + kept);
            require(heard.get() == 0, () -> "%s states heard after the removal".formatted(heard));
        });
    }

    @Test
    void aSupervisorGivesAClientOutAndClosesItWhateverComesBetween() {
        Schedules.playLarge(crew -> {
            CompletableFuture<QmpClient> connected = new CompletableFuture<>();
            CompletableFuture<Void> lost = new CompletableFuture<>();
            AtomicInteger closes = new AtomicInteger();
            QmpClient client = client(lost, closes);
            QmpSupervisor supervisor = new QmpSupervisor(
                    ADDRESS, OPTIONS.withCallbacks(crew), new Backoff(LONG, LONG, 1, 0), () -> connected);
            List<String> states = new ArrayList<>();
            supervisor.onState(state -> states.add(state.getClass().getSimpleName()));
            supervisor.connect();
            CompletableFuture<QmpClient> asked = supervisor.client();
            crew.thread(() -> connected.complete(client));
            supervisor.close();
            crew.finish();
            boolean given = !asked.isCompletedExceptionally();
            require(asked.isDone() && supervisor.client().isCompletedExceptionally(), () -> "who asks waits for ever");
            require(connected.isCancelled() || closes.get() == 1, () -> "a client was closed %s times"
                    .formatted(closes));
            require(
                    states.equals(given ? List.of("Lost", "Connected", "Closed") : List.of("Lost", "Closed")),
                    () -> "the states were " + states);
        });
    }

    private static QmpClient client(CompletableFuture<Void> closed, AtomicInteger closes) {
        return (QmpClient) Proxy.newProxyInstance(
                QmpClient.class.getClassLoader(),
                new Class<?>[] {QmpClient.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "withCallbacks" -> self;
                    case "closed" -> closed;
                    case "close" -> {
                        closes.incrementAndGet();
                        yield null;
                    }
                    case "equals" -> self.hashCode() == arguments[0].hashCode();
                    case "hashCode" -> System.identityHashCode(self);
                    default -> method.getName();
                });
    }

    private static QmpEvent event(int number) {
        return new QmpEvent(Integer.toString(number), NOTHING, Instant.EPOCH);
    }

    /** Hears events, one at a time. */
    private static final class Listener {
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        /** Touched by one thread at a time, if the session keeps its word. */
        private final List<Integer> heard = new ArrayList<>();

        void heard(QmpEvent event) {
            require(begun.incrementAndGet() == done.get() + 1, () -> "two deliveries at once");
            heard.add(Integer.valueOf(event.name()));
            done.incrementAndGet();
        }

        int begun() {
            return begun.get();
        }

        boolean isInOrder() {
            return heard.stream().sorted().toList().equals(heard);
        }

        @Override
        public String toString() {
            return heard.toString();
        }
    }

    /** A session whose peer answers each command at once, after what the event loop has to do before. */
    private static final class Loop {
        final QueuedWire wire = new QueuedWire(this::sent);
        final QmpSession session = new QmpSession(ADDRESS, OPTIONS, GREETING, wire.wire());
        private final Executor callbacks;

        Loop(Executor callbacks) {
            this.callbacks = callbacks;
        }

        private void sent(String line) {
            OptionalLong id =
                    OptionalLong.of(Long.parseLong(line.substring(line.lastIndexOf(':') + 1, line.lastIndexOf('}'))));
            wire.execute(() -> session.received(new QmpMessage.Reply(id, NOTHING)));
        }

        CompletableFuture<JsonNode> execute() {
            return session.execute(QmpCommand.of("query-version"), LONG, callbacks);
        }

        /** The peer is gone; what the loop has to do then is its last. */
        void lose() {
            wire.execute(() -> {
                session.ended(new IOException("for the test"));
                wire.end();
            });
        }
    }
}
