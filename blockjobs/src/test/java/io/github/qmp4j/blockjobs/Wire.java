package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A monitor read line by line, so that a test sees in which order QEMU writes replies and events. */
final class Wire implements AutoCloseable {
    static final String REPLY = "reply";
    static final String EOF = "EOF";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final BufferedReader lines;

    Wire(Path socket) {
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            lines = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
            lines.readLine();
            exchange("{'execute':'qmp_capabilities'}", REPLY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends a command and reads until its reply and {@code last} have come, or the connection ends.
     *
     * @return in order: {@link #REPLY}, or the error's text; of a change of status the status; of another event its
     *     name without {@code BLOCK_JOB_}; at the end of the connection {@link #EOF}
     */
    List<String> exchange(String command, String last) {
        List<String> told = new ArrayList<>();
        try {
            ByteBuffer bytes = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            boolean replied = false;
            do {
                String line = lines.readLine();
                JsonNode message = JSON.readTree(line == null ? "{\"event\":\"EOF\"}" : line);
                replied |= !message.has("event");
                told.add(word(message));
            } while (!told.contains(EOF) && !(replied && told.contains(last)));
        } catch (IOException reset) {
            told.add(EOF);
        }
        return told;
    }

    private static String word(JsonNode message) {
        if (message.has("error")) {
            return message.at("/error/desc").asText();
        }
        String event = message.path("event").asText();
        return switch (event) {
            case "" -> REPLY;
            case "JOB_STATUS_CHANGE" -> message.at("/data/status").asText();
            default -> event.replace("BLOCK_JOB_", "");
        };
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
