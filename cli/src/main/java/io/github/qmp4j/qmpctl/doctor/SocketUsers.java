package io.github.qmp4j.qmpctl.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the processes connected to a listening UNIX socket with {@code ss} of iproute2; {@code /proc} does not show them. */
final class SocketUsers {
    private static final int LIMIT_S = 5;
    private static final int LEAST_COLUMNS = 8;
    private static final Pattern USER = Pattern.compile("\\(\"([^\"]*)\",pid=(\\d+),fd=\\d+\\)");

    private SocketUsers() {}

    /** Each process as {@code NAME (pid N)}. Empty if they are not visible, for example because they belong to another user. */
    static List<String> of(Path socket) {
        try {
            Process ss = new ProcessBuilder("ss", "-xpH")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            ss.getOutputStream().close();
            String text = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return ss.waitFor(LIMIT_S, TimeUnit.SECONDS) ? of(text.lines(), socket.toString()) : List.of();
        } catch (IOException e) {
            return List.of(); // ss is not installed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /** Columns: type, state, two queues, local address and its inode, peer's address and its inode, users. */
    static List<String> of(Stream<String> lines, String socket) {
        Map<String, String> usersByInode = new HashMap<>();
        List<String> peers = new ArrayList<>();
        lines.map(line -> line.trim().split("\\s+", LEAST_COLUMNS + 1)).forEach(columns -> {
            if (columns.length >= LEAST_COLUMNS && columns[1].equals("ESTAB")) {
                usersByInode.put(columns[5], columns.length > LEAST_COLUMNS ? columns[LEAST_COLUMNS] : "");
                if (columns[4].equals(socket)) {
                    peers.add(columns[7]);
                }
            }
        });
        return peers.stream()
                .flatMap(inode -> names(usersByInode.getOrDefault(inode, "")))
                .distinct()
                .toList();
    }

    private static Stream<String> names(String users) {
        Matcher matcher = USER.matcher(users);
        List<String> names = new ArrayList<>();
        while (matcher.find()) {
            names.add("%s (pid %s)".formatted(matcher.group(1), matcher.group(2)));
        }
        return names.stream();
    }
}
