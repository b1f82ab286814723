package io.github.qmp4j.testkit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The fake's end of one connection; commands are read by its own thread, messages are sent by any. */
final class ClientConnection implements AutoCloseable {
    private static final int WRITE_LIMIT_SECONDS = 30;

    private final SocketChannel channel;
    /** Read by the fake's thread only. A reader, since Jackson waits for four bytes of a stream before it gives the first token. */
    private final JsonParser parser;
    /** Guarded by {@code this}, as is the order of writes. */
    private int piece = Integer.MAX_VALUE;
    /** What follows each message; guarded by {@code this} too. */
    private byte[] stray = new byte[0];

    ClientConnection(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.parser = Json.MAPPER.createParser(
                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    /** Waits for a command; throws {@code EOFException} when the client left. */
    ReceivedCommand read() throws IOException {
        if (parser.nextToken() == null) {
            throw new EOFException("the client left");
        }
        JsonNode message = Json.MAPPER.readTree(parser);
        return ReceivedCommand.of(message);
    }

    /** A client that does not read for 30 s loses its connection, so that no thread of a test hangs here. */
    synchronized void write(byte[] message) throws IOException {
        byte[] bytes = Arrays.copyOf(message, message.length + stray.length);
        System.arraycopy(stray, 0, bytes, message.length, stray.length);
        CompletableFuture<Void> written = new CompletableFuture<>();
        written.orTimeout(WRITE_LIMIT_SECONDS, TimeUnit.SECONDS).exceptionally(tooLate -> {
            close();
            return null;
        });
        try {
            for (int from = 0; from < bytes.length; ) {
                from += channel.write(ByteBuffer.wrap(bytes, from, Math.min(piece, bytes.length - from)));
            }
        } finally {
            written.complete(null);
        }
    }

    synchronized void stray(byte[] bytes) {
        stray = bytes;
    }

    synchronized void split(int bytes) {
        piece = bytes;
    }

    /** Not synchronized: it has to free a writer that hangs. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
