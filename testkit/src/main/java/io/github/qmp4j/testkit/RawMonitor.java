package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A plain blocking QMP client that shares no code with the client under test.
 *
 * <p>It has no thread: messages are read while a call waits. Every call ends within the time-out given to {@link #connect}, or its
 * own, and throws {@link TestkitException} when time is up or the connection is lost. Calls of several threads wait for each other.
 * Each message must be one line, as QEMU writes it.
 */
public final class RawMonitor implements AutoCloseable {
    private static final int MAX_EVENTS = 100_000;

    private final LineChannel channel;
    private final Duration timeout;
    private final JsonNode greeting;
    private final List<JsonNode> events = new ArrayList<>();
    private final List<JsonNode> unclaimed = new ArrayList<>();
    private long lastId;

    private RawMonitor(LineChannel channel, Duration timeout) throws IOException {
        this.channel = channel;
        this.timeout = timeout;
        this.greeting = next(Deadline.after(timeout), "greeting");
        if (!greeting.has("QMP")) {
            throw new TestkitException("not a greeting: " + greeting);
        }
    }

    /** Connects, reads the greeting and negotiates without out-of-band; the time-out holds for each step of it and each command. */
    public static RawMonitor connect(Path socket, Duration timeout) {
        try {
            return negotiate(LineChannel.open(socket), timeout);
        } catch (IOException e) {
            throw new TestkitException("cannot connect to " + socket + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #connect(Path, Duration)}, over TCP. */
    public static RawMonitor connect(InetSocketAddress address, Duration timeout) {
        try {
            return negotiate(LineChannel.open(address, Deadline.after(timeout)), timeout);
        } catch (IOException e) {
            throw new TestkitException("cannot connect to " + address + ": " + e.getMessage(), e);
        }
    }

    private static RawMonitor negotiate(LineChannel channel, Duration timeout) throws IOException {
        try {
            RawMonitor monitor = new RawMonitor(channel, timeout);
            monitor.execute("qmp_capabilities");
            return monitor;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The greeting as it came. */
    public JsonNode greeting() {
        return greeting;
    }

    /** Runs a command without arguments; returns its return value, throws {@link QmpErrorException} on an error reply. */
    public JsonNode execute(String command) {
        return run(command, null);
    }

    /** Runs a command with arguments given as JSON text. */
    public JsonNode execute(String command, String argumentsJson) {
        return run(command, Json.parse(argumentsJson));
    }

    /** Runs a command with arguments. */
    public JsonNode execute(String command, JsonNode arguments) {
        return run(command, arguments);
    }

    /**
     * The first event of this name whose data matches and which no earlier call returned, whether it came already or is still to
     * come; the whole event is returned.
     */
    public synchronized JsonNode awaitEvent(String name, Predicate<JsonNode> dataMatches, Duration limit) {
        Deadline deadline = Deadline.after(limit);
        try {
            while (true) {
                for (Iterator<JsonNode> each = unclaimed.iterator(); each.hasNext(); ) {
                    JsonNode event = each.next();
                    if (event.path("event").asText().equals(name) && dataMatches.test(event.path("data"))) {
                        each.remove();
                        return event;
                    }
                }
                receive(deadline, name + " that matches, among " + unclaimed.size() + " events not yet returned");
            }
        } catch (IOException e) {
            throw new TestkitException("waiting for event " + name + ": " + e.getMessage(), e);
        }
    }

    /** Every event since the connection, in order of arrival; does not wait, and works after the connection was lost. */
    public synchronized List<JsonNode> events() {
        try {
            for (String line = poll(); line != null; line = poll()) {
                keep(Json.parse(line));
            }
        } catch (IOException lost) {
            // What came before still counts.
        }
        return List.copyOf(events);
    }

    /** Forgets the events that were read so far; for a connection that lives through more than 100,000 of them. */
    public synchronized void forgetEvents() {
        events.clear();
        unclaimed.clear();
    }

    /** Leaves the monitor; a second call does nothing. */
    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new TestkitException("cannot close the monitor", e);
        }
    }

    private synchronized JsonNode run(String command, @Nullable JsonNode arguments) {
        Deadline deadline = Deadline.after(timeout);
        long id = ++lastId;
        ObjectNode message = Json.object().put("execute", command).put("id", id);
        if (arguments != null) {
            message.set("arguments", arguments);
        }
        try {
            if (!channel.write((message + "\n").getBytes(StandardCharsets.UTF_8), deadline)) {
                throw new TestkitException("cannot send " + command + " in " + timeout);
            }
            // A reply with another id is the late one of a command that ran out of time.
            JsonNode reply = receive(deadline, "reply to " + command);
            while (reply.path("id").asLong() != id) {
                reply = receive(deadline, "reply to " + command);
            }
            JsonNode error = reply.get("error");
            if (error != null) {
                throw new QmpErrorException(
                        command,
                        error.path("class").asText(),
                        error.path("desc").asText());
            }
            return reply.path("return");
        } catch (IOException e) {
            throw new TestkitException(command + ": " + e.getMessage(), e);
        }
    }

    private JsonNode receive(Deadline deadline, String what) throws IOException {
        JsonNode message = next(deadline, what);
        keep(message);
        return message;
    }

    private void keep(JsonNode message) {
        if (message.has("event")) {
            if (events.size() == MAX_EVENTS) {
                throw new TestkitException("more than " + MAX_EVENTS + " events");
            }
            events.add(message);
            unclaimed.add(message);
        }
    }

    private @Nullable String poll() throws IOException {
        return channel.read(Deadline.after(Duration.ZERO));
    }

    private JsonNode next(Deadline deadline, String what) throws IOException {
        String line = channel.read(deadline);
        if (line == null) {
            throw new TestkitException("no " + what + (channel.ended() ? ": QEMU closed the monitor" : " in time"));
        }
        return Json.parse(line);
    }
}
