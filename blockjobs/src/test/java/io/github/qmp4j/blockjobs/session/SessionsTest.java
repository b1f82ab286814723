package io.github.qmp4j.blockjobs.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpGreeting;
import io.github.qmp4j.client.HandedSupervisor;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.event.EventFilter;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.schema.QmpSchema;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sessions of a supervisor, one after another, where a late answer and a new listener come between. */
@Timeout(300)
class SessionsTest {
    private static final QmpSchema SCHEMA = QmpSchema.of(entities("object-add", "qom-get"));

    private final Queue<CompletableFuture<QmpClient>> queue = new ConcurrentLinkedQueue<>();
    private final Queue<String> over = new ConcurrentLinkedQueue<>();

    @Test
    void aLateAnswerOfALostSessionTakesNothingFromThePresentOne() {
        Session first = new Session("an earlier run");
        Session second = new Session("this run");
        queue.addAll(List.of(
                CompletableFuture.completedFuture(first.client),
                CompletableFuture.completedFuture(second.client),
                new CompletableFuture<>()));
        try (QmpSupervisor supervisor = HandedSupervisor.of(queue);
                Sessions sessions = new Sessions(supervisor, Duration.ofHours(1))) {
            sessions.start(over::add);
            await().until(() -> first.asked.get() == 1);
            first.closed.complete(null);
            second.schema.complete(SCHEMA);
            await().until(() -> sessions.present().isPresent());

            first.schema.complete(SCHEMA);
            assertThat(sessions.present()).contains(second.client);
            assertThat(sessions.next()).isCompletedWithValue(second.client);
            assertThat(over).isEmpty();
        }
    }

    @Test
    void aListenerThatComesWhileASessionArrivesHearsItsEvents() {
        Session session = new Session("this run");
        queue.addAll(List.of(CompletableFuture.completedFuture(session.client), new CompletableFuture<>()));
        try (QmpSupervisor supervisor = HandedSupervisor.of(queue);
                Sessions sessions = new Sessions(supervisor, Duration.ofHours(1))) {
            sessions.subscribe(EventFilter.all(), event -> {})
                    .onDropped(() -> sessions.subscribe(EventFilter.all(), event -> {}));
            sessions.start(over::add);
            session.schema.complete(SCHEMA);
            assertThat(sessions.next()).succeedsWithin(Duration.ofMinutes(2));
            assertThat(session.listeners).hasValue(2);
        }
    }

    private static JsonNode entities(String... commands) {
        var entities = JsonNodeFactory.instance.arrayNode();
        for (String command : commands) {
            entities.addObject()
                    .put("name", command)
                    .put("meta-type", "command")
                    .put("arg-type", "0")
                    .put("ret-type", "0");
        }
        entities.addObject().put("name", "0").put("meta-type", "object").putArray("members");
        return entities;
    }

    /** A session that tells its schema, and with it which run of QEMU it is with, when the test lets it. */
    private static final class Session {
        final CompletableFuture<QmpSchema> schema = new CompletableFuture<>();
        final CompletableFuture<Void> closed = new CompletableFuture<>();
        final AtomicInteger asked = new AtomicInteger();
        final AtomicInteger listeners = new AtomicInteger();
        final QmpClient client = proxy(QmpClient.class, this::answer);
        private final String run;

        Session(String run) {
            this.run = run;
        }

        private @Nullable Object answer(Object self, Method method, Object[] arguments) {
            return switch (method.getName()) {
                case "withCallbacks" -> self;
                case "schema" -> {
                    asked.incrementAndGet();
                    yield schema;
                }
                case "execute" -> CompletableFuture.completedFuture(new TextNode(run));
                case "address" -> QmpAddress.parse("unix:handed");
                case "greeting" -> new QmpGreeting(new QmpGreeting.Version(7, 2, 0), "", List.of());
                case "closed" -> closed;
                case "close" -> null;
                case "subscribe" -> {
                    listeners.incrementAndGet();
                    yield proxy(
                            EventSubscription.class,
                            (subscription, called, none) -> called.getName().equals("onDropped") ? subscription : null);
                }
                case "equals" -> self.hashCode() == arguments[0].hashCode();
                case "hashCode" -> System.identityHashCode(self);
                case "toString" -> run;
                default -> throw new UnsupportedOperationException(method.getName());
            };
        }

        private static <T> T proxy(Class<T> type, InvocationHandler handler) {
            return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        }
    }
}
