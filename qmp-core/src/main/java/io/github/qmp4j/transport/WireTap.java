package io.github.qmp4j.transport;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.WireTrace;
import io.github.qmp4j.WireTrace.Direction;
import io.github.qmp4j.codec.Redactor;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the messages of one connection, without their secrets, to those who trace them; does nothing if there are none. */
final class WireTap {
    private static final Logger WIRE = LoggerFactory.getLogger("qmp.wire");
    private static final Logger LOG = LoggerFactory.getLogger(WireTap.class);
    private static final AtomicLong COUNT = new AtomicLong();

    private final String connection;
    private final Optional<WireTrace> trace;

    /** The ids of the commands whose replies are secret as a whole. */
    private final Set<Long> secretReplies = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean failed = new AtomicBoolean();

    WireTap(QmpAddress address, QmpOptions options) {
        this.connection = address.toString().replaceAll("[\\s\\p{Cntrl}]", "_") + "#" + COUNT.incrementAndGet();
        this.trace = options.trace();
    }

    private boolean isOn() {
        return WIRE.isTraceEnabled() || trace.isPresent();
    }

    void sent(byte[] line) {
        if (isOn()) {
            show(Direction.SENT, () -> {
                ObjectNode command = Redactor.read(line);
                if (Redactor.asksForSecret(command)) {
                    secretReplies.add(command.path("id").asLong());
                }
                return Redactor.line(command, false);
            });
        }
    }

    void received(ObjectNode message) {
        if (isOn()) {
            show(
                    Direction.RECEIVED,
                    () -> Redactor.line(
                            message,
                            message.has("id")
                                    && secretReplies.remove(message.path("id").asLong())));
        }
    }

    /** Whatever goes wrong here must not reach the protocol; a text nested too deep for the stack is among it. */
    private void show(Direction direction, Supplier<String> text) {
        try {
            String json = text.get();
            WIRE.trace("{} {} {}", connection, direction == Direction.SENT ? "->" : "<-", json);
            trace.ifPresent(taker -> taker.message(Instant.now(), direction, connection, json));
        } catch (RuntimeException | StackOverflowError e) {
            if (!failed.getAndSet(true)) {
                LOG.warn(
                        "a message of {} cannot be traced; the session continues, and further failures are not logged",
                        connection,
                        e);
            }
        }
    }
}
