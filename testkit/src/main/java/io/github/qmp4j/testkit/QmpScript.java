package io.github.qmp4j.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FakeQemu} does with its clients: steps in order, and answers to commands that may come at any time.
 *
 * <p>After the last step the connection stays open. Then, and wherever {@link #respond()} stands, commands are answered by
 * {@link #on}, else by {@link #otherwise}, else with {@code CommandNotFound}; if the script has none of the three, any further
 * command is a mismatch. A command named by {@link #on} is also answered while the script waits for another one. Built by one
 * thread.
 */
public final class QmpScript {
    private final List<List<Step>> clients = new ArrayList<>(List.of(new ArrayList<>()));
    private final Map<String, Responder> handlers = new LinkedHashMap<>();
    private @Nullable Responder fallback;
    private @Nullable RecordedSchema schema;
    private int expected;

    QmpScript() {}

    /** Sends a greeting of QEMU 7.2.22. */
    public QmpScript greet() {
        return greet(7, 2, 22);
    }

    /** Sends a greeting of this version, with the capability {@code oob}. */
    public QmpScript greet(int major, int minor, int micro) {
        return add(new Step.Send(0, Outgoing.greeting(major, minor, micro)));
    }

    /** Greets, waits for {@code qmp_capabilities} with any arguments, and replies. */
    public QmpScript negotiate() {
        return greet().expect("qmp_capabilities").reply();
    }

    /** Waits for this command, with any arguments. */
    public QmpScript expect(String command) {
        return expect(new Step.Expect(command, null, false));
    }

    /** Waits for this command with exactly these arguments, compared as JSON trees. */
    public QmpScript expect(String command, String argumentsJson) {
        return expect(new Step.Expect(command, Json.parse(argumentsJson), false));
    }

    /** Waits for this command as {@code exec-oob}, with any arguments. */
    public QmpScript expectOob(String command) {
        return expect(new Step.Expect(command, null, true));
    }

    /** Replies {@code {}} to the last expected command. */
    public QmpScript reply() {
        return reply("{}");
    }

    /** Replies to the last expected command with its id. */
    public QmpScript reply(String json) {
        return answer(expected, Outgoing.reply(json));
    }

    /** Replies to the nth command that this client's script expected, counted from 1, {@code qmp_capabilities} included. */
    public QmpScript replyTo(int nth, String json) {
        return answer(nth, Outgoing.reply(json));
    }

    /** Replies twice to the last expected command. */
    public QmpScript replyTwice(String json) {
        return reply(json).reply(json);
    }

    /** Replies with this id, which should be no command's; {@code null} leaves the id out. */
    public QmpScript replyWithId(@Nullable String idJson, String json) {
        return add(new Step.Send(0, Outgoing.replyWithId(idJson, json)));
    }

    /** Sends the first half of a reply to the last expected command and closes the connection; the last step of this client. */
    public QmpScript replyHalf(String json) {
        return answer(expected, Outgoing.reply(json).half()).disconnect();
    }

    /** Answers the last expected command with an error. */
    public QmpScript error(String errorClass, String desc) {
        return answer(expected, Outgoing.error(errorClass, desc));
    }

    /** Answers the nth expected command with an error. */
    public QmpScript errorTo(int nth, String errorClass, String desc) {
        return answer(nth, Outgoing.error(errorClass, desc));
    }

    /** Sends an error without an id. */
    public QmpScript errorWithoutId(String errorClass, String desc) {
        return add(new Step.Send(0, Outgoing.errorWithoutId(errorClass, desc)));
    }

    /** Sends an event. */
    public QmpScript event(String name, String dataJson) {
        return add(new Step.Send(0, Outgoing.event(name, dataJson)));
    }

    /** Sends these characters in UTF-8, with nothing added. */
    public QmpScript raw(String text) {
        return add(new Step.Send(0, Outgoing.raw(text)));
    }

    /** Sends these bytes, with nothing added. */
    public QmpScript raw(byte[] bytes) {
        return add(new Step.Send(0, Outgoing.raw(bytes)));
    }

    /** Sends so many events as fast as they go out; the data of each is made from its number, counted from 0. */
    public QmpScript flood(int events, String name, IntFunction<String> dataJson) {
        return add(new Step.Flood(requirePositive("events", events), name, dataJson));
    }

    /** Sends so many bytes that no client can take for QMP; the same for the same seed. */
    public QmpScript garbage(int bytes, long seed) {
        return raw(Garbage.of(requirePositive("bytes", bytes), seed));
    }

    /** From here on these characters follow each message, as blank lines or padding would. */
    public QmpScript stray(String text) {
        return add(new Step.Stray(text));
    }

    /** From here on everything goes out in pieces of at most this many bytes, each its own write. */
    public QmpScript split(int bytes) {
        return add(new Step.Split(requirePositive("bytes", bytes)));
    }

    /** Closes the connection; the last step of this client. */
    public QmpScript disconnect() {
        return add(new Step.Disconnect());
    }

    /** Keeps the connection and reads, but says nothing more; the last step of this client. Alone it is a monitor that accepts but does not greet. */
    public QmpScript silence() {
        return add(new Step.Silence());
    }

    /** Neither reads nor writes for so long, at most 60 s. Where the test can tell when, {@code pauseUntil} is better. */
    public QmpScript delay(Duration time) {
        if (time.isNegative() || time.compareTo(Step.Pause.LIMIT) > 0) {
            throw new IllegalArgumentException("delay (" + time + ") must be 0 to 60 s");
        }
        // This latch is never counted down: it is there to be waited for.
        CountDownLatch never = new CountDownLatch(1);
        return add(new Step.Pause(limit -> !never.await(time.toNanos(), TimeUnit.NANOSECONDS)));
    }

    /** Neither reads nor writes until the latch is at zero; after 60 s the script fails. */
    public QmpScript pauseUntil(CountDownLatch latch) {
        return add(new Step.Pause(limit -> latch.await(limit.toNanos(), TimeUnit.NANOSECONDS)));
    }

    /** Neither reads nor writes until the future is done, however; after 60 s the script fails. */
    public QmpScript pauseUntil(CompletableFuture<?> future) {
        return add(new Step.Pause(limit -> isDone(future, limit)));
    }

    /** Runs this on the fake's thread; if it throws, {@link FakeQemu#verify()} reports that. */
    public QmpScript run(Runnable action) {
        return add(new Step.Run(action));
    }

    /** Answers everything from here on, until the client leaves; the last step of this client. */
    public QmpScript respond() {
        return add(new Step.Respond());
    }

    /** What follows is for the next client; clients beyond the last script run the last one again. */
    public QmpScript nextClient() {
        clients.add(new ArrayList<>());
        expected = 0;
        return this;
    }

    /** Answers this command with a reply of this JSON. */
    public QmpScript on(String command, String replyJson) {
        Outgoing reply = Outgoing.reply(replyJson);
        return on(command, got -> List.of(reply));
    }

    /** Answers this command by the responder, for every client. */
    public QmpScript on(String command, Responder responder) {
        handlers.put(command, responder);
        return this;
    }

    /** Answers every command that {@link #on} does not name, once the steps are done. */
    public QmpScript otherwise(Responder responder) {
        fallback = responder;
        return this;
    }

    /** Every command of every client must be one that this QEMU knows and takes; {@link FakeQemu#verify()} reports the others. */
    public QmpScript checkedAgainst(RecordedSchema recorded) {
        schema = recorded;
        return this;
    }

    /** Listens on a socket in a private folder. */
    public FakeQemu start() {
        return FakeQemu.start(answers(), copyOfClients(), null);
    }

    /**
     * Listens on a socket in a private folder, and lets a client of its own hold the monitor: others can connect and get no
     * greeting until {@link FakeQemu#disconnect()}. Only then does the first client of this script begin.
     */
    public FakeQemu startBusy() {
        List<List<Step>> scripts = copyOfClients();
        scripts.add(0, List.of());
        return FakeQemu.start(answers(), scripts, null).heldByAnother();
    }

    /** Listens on a socket of this path, which must not exist and is deleted by {@link FakeQemu#close()}. */
    public FakeQemu startAt(Path socket) {
        return FakeQemu.start(answers(), copyOfClients(), socket);
    }

    private Answers answers() {
        return new Answers(Map.copyOf(handlers), fallback, schema);
    }

    private List<List<Step>> copyOfClients() {
        return clients.stream().map(List::copyOf).collect(Collectors.toCollection(ArrayList::new));
    }

    private static int requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " (" + value + ") must be positive");
        }
        return value;
    }

    /** Numbered like every expected command, from 1 for each client. */
    QmpScript expect(Step.Expect step) {
        expected++;
        return add(step);
    }

    QmpScript answer(int nth, Outgoing message) {
        if (nth < 1 || nth > expected) {
            throw new IllegalStateException("cannot answer command " + nth + " of " + expected + " expected so far");
        }
        return add(new Step.Send(nth, message));
    }

    /** For what only a recording needs. */
    QmpScript add(Step step) {
        List<Step> steps = clients.get(clients.size() - 1);
        if (!steps.isEmpty() && steps.get(steps.size() - 1).isLast()) {
            throw new IllegalStateException("nothing can follow " + steps.get(steps.size() - 1));
        }
        steps.add(step);
        return this;
    }

    private static boolean isDone(CompletableFuture<?> future, Duration limit) throws InterruptedException {
        try {
            future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException failedIsDoneToo) {
            return true;
        }
        return true;
    }
}
