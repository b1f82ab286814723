package io.github.qmp4j.client;

import io.github.qmp4j.testkit.TempFolder;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** A socket between one client and a QEMU that passes every byte on, and into which a test puts bytes of its own. */
final class Injector implements AutoCloseable {
    private static final int CHUNK = 64 << 10;

    private final TempFolder folder = TempFolder.create("injector");
    private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    private final SocketChannel qemu = SocketChannel.open(StandardProtocolFamily.UNIX);
    private final CompletableFuture<SocketChannel> client = new CompletableFuture<>();

    /** Held by the pump while it is within a line of the client's. */
    private final ReentrantLock lineEnd = new ReentrantLock();

    Injector(Path monitor) throws IOException {
        server.bind(UnixDomainSocketAddress.of(socket()), 1);
        qemu.connect(UnixDomainSocketAddress.of(monitor));
        start("injector to QEMU", () -> {
            SocketChannel accepted = server.accept();
            client.complete(accepted);
            pump(accepted, qemu, true);
        });
        start("injector to client", () -> pump(qemu, client.get(1, TimeUnit.MINUTES), false));
    }

    /** Where the client connects. */
    Path socket() {
        return folder.resolve("qmp.sock");
    }

    /** Sends these bytes to QEMU, after a whole line of the client's. */
    void inject(byte[] bytes) throws IOException {
        lineEnd.lock();
        try {
            write(qemu, ByteBuffer.wrap(bytes));
        } finally {
            lineEnd.unlock();
        }
    }

    private void pump(SocketChannel from, SocketChannel to, boolean lines) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (from.read(chunk) >= 0) {
            chunk.flip();
            boolean whole = chunk.get(chunk.limit() - 1) == '\n';
            if (lines && !lineEnd.isHeldByCurrentThread()) {
                lineEnd.lock();
            }
            write(to, chunk);
            if (whole && lines) {
                lineEnd.unlock();
            }
            chunk.clear();
        }
        to.close();
    }

    private static void write(SocketChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    private interface Pump {
        void run() throws Exception;
    }

    private static void start(String name, Pump pump) {
        Thread thread = new Thread(
                () -> {
                    try {
                        pump.run();
                    } catch (Exception end) {
                        // close() was called, or one of the two has left
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        try (folder;
                server;
                qemu) {
            SocketChannel accepted = client.getNow(null);
            if (accepted != null) {
                accepted.close();
            }
        }
    }
}
