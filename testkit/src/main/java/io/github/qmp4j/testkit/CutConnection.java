package io.github.qmp4j.testkit;

import io.github.qmp4j.testkit.CuttingProxy.Direction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Both ends of one connection through a {@link CuttingProxy}. */
final class CutConnection implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final SocketChannel client;
    private final SocketChannel qemu;
    private final Tally tally;
    /** Guarded by the tally: once it is true, no message of this connection counts any more. */
    private boolean cut;

    CutConnection(SocketChannel client, SocketChannel qemu, Tally tally) {
        this.client = client;
        this.qemu = qemu;
        this.tally = tally;
    }

    /** Passes messages on in both directions until either end closes, or the connection is cut. */
    void serve(Path monitor, String name) throws IOException, InterruptedException {
        qemu.connect(UnixDomainSocketAddress.of(monitor));
        Thread replies = new Thread(() -> pass(Direction.FROM_QEMU, qemu, client), name + " replies");
        replies.setDaemon(true);
        replies.start();
        pass(Direction.TO_QEMU, client, qemu);
        replies.join();
    }

    private void pass(Direction direction, SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try (this) {
            while (from.read(buffer.clear()) >= 0) {
                for (buffer.flip(); buffer.hasRemaining(); ) {
                    byte next = buffer.get();
                    message.write(next);
                    if (next == '\n') {
                        if (!passed(direction, message.toByteArray(), to)) {
                            return;
                        }
                        message.reset();
                    }
                }
            }
            write(to, message.toByteArray(), message.size());
        } catch (IOException end) {
            // One of the two has left.
        }
    }

    /** Passes a message on as far as it is to go; false if that was the end. */
    private boolean passed(Direction direction, byte[] message, SocketChannel to) throws IOException {
        Tally.Verdict verdict = tally.count(this, direction, message);
        switch (verdict) {
            case PASS, CUT_AFTER -> write(to, message, message.length);
            case CUT_INSIDE -> write(to, message, message.length / 2);
            case CUT_BEFORE, TOO_LATE -> {}
        }
        if (verdict == Tally.Verdict.PASS) {
            return true;
        }
        if (verdict != Tally.Verdict.TOO_LATE) {
            close();
            tally.hasCut();
        }
        return false;
    }

    private static void write(SocketChannel to, byte[] bytes, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
        while (left.hasRemaining()) {
            to.write(left);
        }
    }

    /** The tally asks and tells, under its own lock. */
    boolean isCut() {
        return cut;
    }

    void isCut(boolean now) {
        cut = now;
    }

    @Override
    public void close() {
        try (client;
                qemu) {
            // both, whatever happens to the first
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
