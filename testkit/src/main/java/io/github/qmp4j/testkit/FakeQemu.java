package io.github.qmp4j.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A QMP server on a real UNIX socket that does what a {@link QmpScript} says.
 *
 * <p>It serves one client at a time, like QEMU: a second one can connect, but gets no greeting before the first has left. A client
 * that does not keep to the script loses its connection, and {@link #verify()} says why. All methods may be called by any thread.
 */
public final class FakeQemu implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** QEMU's own: besides the client it serves, two more can connect, and the next one finds the socket busy (EAGAIN). */
    private static final int BACKLOG = 1;

    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private final TempFolder folder;
    private final Path socket;
    private final ServerSocketChannel server;
    private final Answers answers;
    private final List<List<Step>> scripts;
    private final Ledger ledger;
    private final Thread thread;
    private volatile @Nullable ClientConnection client;
    /** The client that keeps others waiting; set once by {@code start}, before any other code has the object. */
    private @Nullable LineChannel holder;

    private FakeQemu(Answers answers, List<List<Step>> scripts, TempFolder folder, Path socket) throws IOException {
        this.answers = answers;
        this.scripts = scripts;
        this.ledger = new Ledger(scripts);
        this.folder = folder;
        this.socket = socket;
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
        this.thread = new Thread(this::serve, "fake-qemu " + socket);
        thread.setDaemon(true);
    }

    /** An empty script. */
    public static QmpScript script() {
        return new QmpScript();
    }

    /** A script that negotiates, then answers by {@link QmpScript#on}; other commands get {@code CommandNotFound}. */
    public static QmpScript responding() {
        return script().negotiate().respond();
    }

    /** A script that negotiates, then answers every command that {@link QmpScript#on} does not name by the responder. */
    public static QmpScript responding(Responder responder) {
        return responding().otherwise(responder);
    }

    /**
     * A monitor that another client holds: a client that connects gets no greeting until {@link #disconnect()}, and is negotiated
     * with then.
     */
    public static FakeQemu busy() {
        return responding().startBusy();
    }

    /**
     * A script that plays the recording of a {@link Transcript} to clients that send the same commands in the same order.
     * Their ids may differ; arguments may not, save that none and {@code {}} are the same.
     */
    public static QmpScript replaying(Path transcript) {
        return Replay.of(transcript);
    }

    /** A socket that listens but accepts no connection, like a QEMU that is stopped by SIGSTOP. */
    public static FakeQemu frozen() {
        return start(new Answers(Map.of(), null, null), List.of(), null);
    }

    static FakeQemu start(Answers answers, List<List<Step>> scripts, @Nullable Path path) {
        TempFolder folder = TempFolder.create("fakeqemu");
        Path socket = path == null ? folder.resolve("qmp.sock") : path;
        try {
            FakeQemu fake = new FakeQemu(answers, scripts, folder, socket);
            if (!scripts.isEmpty()) {
                fake.thread.start();
            }
            return fake;
        } catch (IOException e) {
            folder.close();
            throw new UncheckedIOException("cannot listen on " + socket, e);
        }
    }

    FakeQemu heldByAnother() {
        try {
            holder = LineChannel.open(socket);
            return this;
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot connect to " + socket, e);
        }
    }

    /** The path of the socket, which exists once the script's {@code start} has returned. */
    public Path socket() {
        return socket;
    }

    /** The last 10,000 commands received, in order, of all clients and with {@code qmp_capabilities}. */
    public List<ReceivedCommand> received() {
        return ledger.received();
    }

    /** Waits for the nth command of this name, counted from 1; throws {@code TestkitException} if it does not come in time. */
    public ReceivedCommand awaitReceived(String name, int nth, Duration timeout) {
        try {
            ReceivedCommand command = ledger.await(name, nth, timeout);
            if (command == null) {
                throw new TestkitException("no " + name + " number " + nth + " in " + timeout + "; got " + received());
            }
            return command;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Sends an event or raw bytes to the client; throws {@code IllegalStateException} if none is connected. */
    public void send(Outgoing message) {
        write(message.encode(null));
    }

    /** Sends the answer to a command that the fake left unanswered. */
    public void answer(ReceivedCommand command, Outgoing message) {
        write(message.encode(command));
    }

    /** Sends if a client is connected; what QEMU says while none is, is lost too. */
    void sendIfConnected(Outgoing message) {
        ClientConnection present = client;
        if (present != null) {
            try {
                present.write(message.encode(null));
            } catch (IOException left) {
                // so no client hears it
            }
        }
    }

    /** Closes the connection of the present client, if there is one; the next client is served. */
    public void disconnect() {
        // Asked first: once the holder has left, the present client is the one that waited.
        ClientConnection present = client;
        closeHolder();
        if (present != null) {
            present.close();
        }
    }

    /**
     * Throws {@code AssertionError} if a client did not keep to its script, or if there are expected commands that no client
     * has sent; waits for those at most 1 s.
     */
    public void verify() {
        List<String> verdict;
        try {
            verdict = ledger.verdict(PATIENCE);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        if (!verdict.isEmpty()) {
            throw new AssertionError("the client did not keep to the script:\n  " + String.join("\n  ", verdict));
        }
    }

    /** Ends the connection, stops listening and deletes the socket; waits at most 5 s for the thread. A second call does nothing. */
    @Override
    public void close() {
        try {
            server.close();
            disconnect();
            thread.interrupt();
            thread.join(END_LIMIT.toMillis());
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            folder.close();
        }
    }

    private void closeHolder() {
        try {
            if (holder != null) {
                holder.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(byte[] bytes) {
        ClientConnection present = client;
        if (present == null) {
            throw new IllegalStateException("no client is connected");
        }
        try {
            present.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve() {
        for (int number = 0; server.isOpen(); number++) {
            try (ClientConnection accepted = new ClientConnection(server.accept())) {
                client = accepted;
                serve(accepted, number);
            } catch (IOException endOfListening) {
                // close() closed the socket; the loop sees it
            } finally {
                client = null;
            }
        }
    }

    private void serve(ClientConnection accepted, int number) {
        int script = Math.min(number, scripts.size() - 1);
        try {
            new ScriptRun(accepted, answers, ledger).play(script, scripts.get(script));
        } catch (ScriptRun.ScriptMismatch | ReceivedCommand.NotACommand | JsonProcessingException problem) {
            ledger.problem("client " + (number + 1) + ": " + problem.getMessage());
        } catch (IOException | UncheckedIOException | InterruptedException left) {
            // The client has left or close() was called: what is missing is seen from the steps not passed.
        } catch (RuntimeException | Error problem) {
            ledger.problem("client " + (number + 1) + ": " + problem);
        }
    }

    private static TestkitException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new TestkitException("interrupted", e);
    }
}
