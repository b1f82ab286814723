package io.github.qmp4j.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A recording of what clients and a real QEMU say to each other, made by a socket between the two.
 *
 * <p>Each message is a line of the file, in the order in which they passed:
 *
 * <pre>{@code
 * {"client":1,"from":"qemu","message":{"QMP":…}}
 * {"client":1,"from":"client","message":{"execute":"qmp_capabilities","id":1}}
 * }</pre>
 *
 * <p>Messages are passed on as JSON of the same value, not byte by byte; what is no JSON ends the connection, and file descriptors
 * are lost. Like QEMU, it serves one client at a time. {@link FakeQemu#replaying} plays the file. Thread-safe.
 */
public final class Transcript implements AutoCloseable {
    private static final int BACKLOG = 1;
    private static final long END_LIMIT_MILLIS = 5000;

    private final Path realSocket;
    private final BufferedWriter writer;
    private final TempFolder folder = TempFolder.create("transcript");
    private final ServerSocketChannel server;
    private final Thread thread;
    /** The two ends of the connection that is served now, or was last. */
    private final AtomicReference<Ends> ends = new AtomicReference<>(new Ends(null, null));

    private Transcript(Path realSocket, Path file) throws IOException {
        this.realSocket = realSocket;
        this.writer = Files.newBufferedWriter(file);
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket()), BACKLOG);
        this.thread = new Thread(this::serve, "transcript " + realSocket);
        thread.setDaemon(true);
    }

    /** Begins to record into this file, which is overwritten; QEMU's socket is connected to when a client comes. */
    public static Transcript record(Path realSocket, Path file) {
        try {
            Transcript transcript = new Transcript(realSocket, file);
            transcript.thread.start();
            return transcript;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot record " + realSocket + " into " + file, e);
        }
    }

    /** Where clients connect in place of QEMU's own socket. */
    public Path socket() {
        return folder.resolve("qmp.sock");
    }

    /** Ends the connection and completes the file; waits at most 5 s for the thread. A second call does nothing. */
    @Override
    public void close() {
        try {
            server.close();
            ends.get().close();
            thread.join(END_LIMIT_MILLIS);
            synchronized (writer) {
                writer.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot complete the transcript of " + realSocket, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            folder.close();
        }
    }

    private void serve() {
        for (int client = 1; server.isOpen(); client++) {
            try (Ends pair = new Ends(server.accept(), SocketChannel.open(StandardProtocolFamily.UNIX))) {
                ends.set(pair);
                pair.connect(realSocket);
                int number = client;
                Thread replies =
                        new Thread(() -> pair.copy(false, message -> write(number, "qemu", message)), thread.getName());
                replies.setDaemon(true);
                replies.start();
                pair.copy(true, message -> write(number, "client", message));
                replies.join(END_LIMIT_MILLIS);
            } catch (IOException end) {
                // close() was called, or QEMU is not there, which the client sees from its lost connection
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void write(int client, String from, JsonNode message) throws IOException {
        ObjectNode line = Json.object().put("client", client).put("from", from).set("message", message);
        synchronized (writer) {
            writer.write(line + "\n");
            writer.flush();
        }
    }

    /** A line of the file. */
    record Entry(int client, boolean fromClient, ObjectNode message) {

        static Entry parse(String line, String where) {
            try {
                if (Json.MAPPER.readTree(line) instanceof ObjectNode json
                        && json.path("message") instanceof ObjectNode message) {
                    return new Entry(
                            json.path("client").asInt(),
                            json.path("from").asText().equals("client"),
                            message);
                }
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(where + ": not JSON: " + line, e);
            }
            throw new IllegalArgumentException(where + ": no line of a transcript: " + line);
        }
    }
}
