package io.github.qmp4j.observe;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Metrics in Micrometer. One of these serves all sessions that report to one registry.
 *
 * <ul>
 *   <li>timer {@code qmp.command} with {@code command} and {@code outcome} ({@code ok}, {@code error}, {@code timeout},
 *       {@code disconnected})
 *   <li>counter {@code qmp.events} with {@code event}
 *   <li>gauge {@code qmp.connections}: sessions that are open
 *   <li>counters {@code qmp.late_replies} and {@code qmp.event_overflow}
 * </ul>
 *
 * <p>Nothing is tagged by VM, since that would make as many time series as there are VMs. The first 256 names of commands
 * and the first 256 of events have tags of their own; those beyond share {@code other}.
 */
public final class MicrometerObserver implements QmpObserver {
    private record CommandEnd(String command, Outcome outcome) {}

    private final MeterRegistry registry;
    private final BoundedNames commandNames = new BoundedNames();
    private final BoundedNames eventNames = new BoundedNames();
    private final Map<CommandEnd, Timer> commands = new ConcurrentHashMap<>();
    private final Map<String, Counter> events = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Counter lateReplies;
    private final Counter eventOverflow;

    /** Registers the metrics that have no names of commands or events at once, and all others when they first count. */
    @SuppressWarnings("exports") // a caller of this has Micrometer; to pass it on would make all others need it
    public MicrometerObserver(MeterRegistry registry) {
        this.registry = registry;
        this.lateReplies = Counter.builder("qmp.late_replies")
                .description("replies that arrived after their callers had given up")
                .register(registry);
        this.eventOverflow = Counter.builder("qmp.event_overflow")
                .description("events dropped because a listener was too slow")
                .register(registry);
        Gauge.builder("qmp.connections", connections, AtomicInteger::get)
                .description("open sessions")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void connectionOpened(QmpAddress address) {
        connections.incrementAndGet();
    }

    @Override
    public void connectionEnded(QmpAddress address, @Nullable QmpException cause) {
        connections.decrementAndGet();
    }

    @Override
    public void commandFinished(String command, Outcome outcome, Duration took) {
        commands.computeIfAbsent(new CommandEnd(commandNames.bounded(command), outcome), this::timer)
                .record(took);
    }

    private Timer timer(CommandEnd end) {
        return Timer.builder("qmp.command")
                .description("from sending a command to its end")
                .tag("command", end.command())
                .tag("outcome", end.outcome().name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    @Override
    public void eventReceived(String event) {
        events.computeIfAbsent(eventNames.bounded(event), this::counter).increment();
    }

    private Counter counter(String event) {
        return Counter.builder("qmp.events")
                .description("events received")
                .tag("event", event)
                .register(registry);
    }

    @Override
    public void eventDropped(String event) {
        eventOverflow.increment();
    }

    @Override
    public void lateReply() {
        lateReplies.increment();
    }
}
