package io.github.qmp4j.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Lines of text over a UNIX socket or TCP, with a deadline for everything; for one thread at a time. */
final class LineChannel implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 64 * 1024 * 1024;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private final Deque<String> lines = new ArrayDeque<>();
    private boolean ended;

    private LineChannel(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.key = channel.register(selector, SelectionKey.OP_READ);
    }

    static LineChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            // A UNIX socket connects at once or, if its backlog is full, throws for EAGAIN; a blocking one would wait
            // for ever.
            if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                throw new IOException("not connected at once");
            }
            return new LineChannel(channel, Selector.open());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static LineChannel open(InetSocketAddress address, Deadline deadline) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, Math.toIntExact(deadline.leftMillis()));
            channel.configureBlocking(false);
            return new LineChannel(channel, Selector.open());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** False if the peer did not take it all in time. */
    boolean write(byte[] bytes, Deadline deadline) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (channel.write(left) >= 0 && left.hasRemaining()) {
            if (!select(SelectionKey.OP_WRITE, deadline)) {
                return false;
            }
        }
        return true;
    }

    /** The next line without its end, or null if none comes in time or the peer has left. */
    @Nullable
    String read(Deadline deadline) throws IOException {
        while (lines.isEmpty() && !ended && select(SelectionKey.OP_READ, deadline)) {
            buffer.clear();
            ended = channel.read(buffer) < 0;
            split(buffer.flip());
        }
        return lines.poll();
    }

    /** Whether the peer has left and every line has been read. */
    boolean ended() {
        return ended && lines.isEmpty();
    }

    private boolean select(int operation, Deadline deadline) throws IOException {
        key.interestOps(operation);
        do {
            int ready = deadline.passed() ? selector.selectNow() : selector.select(deadline.leftMillis());
            selector.selectedKeys().clear();
            if (ready > 0) {
                return true;
            }
        } while (!deadline.passed() && !Thread.currentThread().isInterrupted());
        return false;
    }

    private void split(ByteBuffer bytes) throws IOException {
        if (rest.size() > MAX_LINE_BYTES) {
            throw new IOException("a line of more than " + MAX_LINE_BYTES + " bytes");
        }
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n') {
                lines.add(rest.toString(StandardCharsets.UTF_8).strip());
                rest.reset();
            } else {
                rest.write(next);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (channel;
                selector) {
            rest.reset();
        }
    }
}
