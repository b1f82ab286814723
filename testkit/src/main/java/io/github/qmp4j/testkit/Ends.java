package io.github.qmp4j.testkit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The client's end and QEMU's end of one connection that is recorded; null before the first. */
record Ends(@Nullable SocketChannel client, @Nullable SocketChannel qemu) implements AutoCloseable {

    /** Takes a message before it is passed on, so that a recorded reply always comes after its command. */
    interface Witness {
        void saw(JsonNode message) throws IOException;
    }

    void connect(Path socket) throws IOException {
        if (qemu != null) {
            qemu.connect(UnixDomainSocketAddress.of(socket));
        }
    }

    /** Passes messages on until either end closes, and then closes both. */
    void copy(boolean fromClient, Witness witness) {
        SocketChannel from = fromClient ? client : qemu;
        SocketChannel to = fromClient ? qemu : client;
        if (from == null || to == null) {
            return;
        }
        try (this) {
            JsonParser parser = Json.MAPPER.createParser(
                    new InputStreamReader(Channels.newInputStream(from), StandardCharsets.UTF_8));
            while (parser.nextToken() != null) {
                JsonNode message = Json.MAPPER.readTree(parser);
                witness.saw(message);
                byte[] line = (message + "\r\n").getBytes(StandardCharsets.UTF_8);
                for (ByteBuffer left = ByteBuffer.wrap(line); left.hasRemaining(); ) {
                    to.write(left);
                }
            }
        } catch (IOException end) {
            // One of the two has left, or said what is no JSON: either is the end.
        }
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
