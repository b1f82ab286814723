package io.github.qmp4j.qmpctl.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jline.reader.impl.history.DefaultHistory;

/** The lines of this and earlier shells. It never keeps a line that may hold a secret. */
final class ShellHistory extends DefaultHistory {
    /** Matches arguments and types that hold secrets, and commands that carry keys or text for another console. */
    private static final Pattern SECRET = Pattern.compile(
            "passw|secret|passphrase|token|cookie|key|human-monitor-command|ringbuf-write|input-send-event|object-add.*\\bdata\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    @Override
    public void add(Instant time, String line) {
        if (!mayHoldSecret(line)) {
            super.add(time, line);
        }
    }

    static boolean mayHoldSecret(String line) {
        return SECRET.matcher(line).find();
    }

    /**
     * The file {@code qmpctl/history} in {@code XDG_STATE_HOME} or {@code ~/.local/state}, created for its owner only; empty
     * if it cannot be created or written.
     */
    static Optional<Path> file(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path base = state.startsWith("/")
                ? Path.of(state)
                : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "state");
        Path folder = base.resolve("qmpctl");
        Path file = folder.resolve("history");
        try {
            Files.createDirectories(base);
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            return Files.isWritable(file) ? Optional.of(file) : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
