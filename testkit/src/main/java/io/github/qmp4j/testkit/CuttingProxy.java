package io.github.qmp4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and a monitor, counts the messages of each direction, and cuts the connection before, inside or after
 * the one that it is given; then it accepts again, so that the client can come back.
 *
 * <p>A message is a line, as QEMU writes them. It is passed on byte by byte, and only when its end has come; a last one without
 * an end is passed on when its sender leaves. File descriptors are lost. Like QEMU, it serves one client at a time; a client that
 * comes while the monitor is absent is disconnected at once. Thread-safe.
 *
 * <p>To cut a session at every place, run it once without a cut, ask for {@link #messages}, and run it again for each number:
 *
 * <pre>{@code
 * try (CuttingProxy proxy = CuttingProxy.start(qemu.monitor())) {
 *     proxy.cut(TO_QEMU, 7, BEFORE);
 *     MyClient client = MyClient.connect(proxy.socket());
 *     …
 * }
 * }</pre>
 */
public final class CuttingProxy implements AutoCloseable {
    private static final int BACKLOG = 1;
    private static final long END_LIMIT_MILLIS = 5000;

    private final Path monitor;
    private final TempFolder folder = TempFolder.create("cutting");
    private final ServerSocketChannel server;
    private final Thread thread;
    private final Tally tally = new Tally();
    /** The connection that is served now, or was last. */
    private final AtomicReference<CutConnection> connection = new AtomicReference<>();

    /** Where a message goes. */
    public enum Direction {
        TO_QEMU,
        FROM_QEMU
    }

    /** Where the connection is cut. */
    public enum Place {
        /** The message is not passed on. */
        BEFORE,
        /** The first half of its bytes is passed on. */
        INSIDE,
        /**
         * All of it is passed on. QEMU may not obey a command that comes with the end of its connection; to lose the reply to a
         * command that was surely obeyed, cut {@link #BEFORE} that reply.
         */
        AFTER
    }

    private CuttingProxy(Path monitor) throws IOException {
        this.monitor = monitor;
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket()), BACKLOG);
        this.thread = new Thread(this::serve, "cutting-proxy " + monitor);
        thread.setDaemon(true);
    }

    /** Begins to listen; the monitor is connected to when a client comes. */
    public static CuttingProxy start(Path monitor) {
        try {
            CuttingProxy proxy = new CuttingProxy(monitor);
            proxy.thread.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stand before " + monitor, e);
        }
    }

    /** Where clients connect in place of the monitor's own socket. */
    public Path socket() {
        return folder.resolve("qmp.sock");
    }

    /**
     * Will cut the connection once, at this message; several cuts may wait.
     *
     * @param message counted from 1, since the start of the proxy and over all connections
     * @throws IllegalArgumentException if that message has passed already
     */
    public void cut(Direction direction, int message, Place place) {
        tally.cut(direction, message, place);
    }

    /** How many messages of a direction have come so far, those among them that were cut. */
    public int messages(Direction direction) {
        return tally.messages(direction);
    }

    /** The beginning of a message that has come, at most 1,000 bytes of it; counted from 1, and kept for the first 100,000. */
    public String message(Direction direction, int number) {
        return tally.text(direction, number);
    }

    /** How many cuts have been made. */
    public int cuts() {
        return tally.cuts();
    }

    /** Waits until so many cuts have been made in all; throws {@link TestkitException} if they are not in time. */
    public void awaitCuts(int number, Duration timeout) {
        try {
            if (!tally.awaitCuts(number, timeout)) {
                throw new TestkitException("%d cuts and not %d in %s, after %d messages to QEMU and %d from it"
                        .formatted(
                                cuts(), number, timeout, messages(Direction.TO_QEMU), messages(Direction.FROM_QEMU)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("interrupted", e);
        }
    }

    /** Ends the connection, stops listening and deletes the socket; waits at most 5 s for the thread. A second call does nothing. */
    @Override
    public void close() {
        try {
            server.close();
            CutConnection present = connection.get();
            if (present != null) {
                present.close();
            }
            thread.join(END_LIMIT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the proxy before " + monitor, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            folder.close();
        }
    }

    private void serve() {
        while (server.isOpen()) {
            try (CutConnection accepted =
                    new CutConnection(server.accept(), SocketChannel.open(StandardProtocolFamily.UNIX), tally)) {
                connection.set(accepted);
                accepted.serve(monitor, thread.getName());
            } catch (IOException end) {
                // close() was called, or QEMU is not there, which the client sees from its lost connection
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
