package io.github.qmp4j.qmpctl.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.qmp4j.qmpctl.Main;
import io.github.qmp4j.qmpctl.monitor.QmpCtl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Trains the class-data archive (CDS) of the launcher: runs commands against an empty monitor of its own, so that the JVM
 * loads the classes that qmpctl needs. It needs no QEMU.
 */
public final class CdsTraining {
    private static final String GREETING =
            "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":0,\"minor\":2,\"major\":7},\"package\":\"\"},\"capabilities\":[]}}\r\n";
    private static final List<List<String>> COMMANDS =
            List.of(List.of("jobs"), List.of("-o", "json", "disks"), List.of("chain"), List.of("exec", "query-status"));

    private CdsTraining() {}

    /** Ends with status 0 if all commands succeeded. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("qmpctl");
        Path socket = folder.resolve("qmp");
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        int worst = 0;
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread monitor = new Thread(() -> serve(server), "training-monitor");
            monitor.setDaemon(true);
            monitor.start();
            for (List<String> command : COMMANDS) {
                String[] all = new String[command.size() + 2];
                all[0] = "--socket";
                all[1] = socket.toString();
                System.arraycopy(command.toArray(String[]::new), 0, all, 2, command.size());
                worst = Math.max(worst, Main.run(new QmpCtl(nowhere, System.err), all));
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(folder);
        }
        System.exit(worst);
    }

    private static void serve(ServerSocketChannel server) {
        try {
            while (true) {
                try (SocketChannel client = server.accept()) {
                    answer(client);
                }
            }
        } catch (IOException e) {
            // The training is over.
        }
    }

    private static void answer(SocketChannel client) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        send(client, GREETING);
        BufferedReader lines = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode command = mapper.readTree(line);
            ObjectNode reply = mapper.createObjectNode();
            String name = command.path("execute").asText();
            boolean isList = name.startsWith("query-") && !name.equals("query-status");
            reply.set("return", isList ? mapper.createArrayNode() : mapper.createObjectNode());
            reply.set("id", command.path("id"));
            send(client, reply + "\r\n");
        }
    }

    private static void send(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }
}
