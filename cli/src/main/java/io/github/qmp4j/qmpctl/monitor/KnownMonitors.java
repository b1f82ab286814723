package io.github.qmp4j.qmpctl.monitor;

import io.github.qmp4j.QmpAddress;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The monitors that the configuration names, and the default one.
 *
 * <p>The configuration is {@code qmpctl/config} under {@code XDG_CONFIG_HOME} or {@code ~/.config}, a properties file:
 *
 * <pre>
 * socket.web = /run/web.qmp
 * socket.db = tcp:127.0.0.1:4444
 * default = web
 * </pre>
 *
 * @param file the configuration file, which may not exist
 * @param sockets a path, {@code unix:PATH} or {@code tcp:HOST:PORT} by name
 * @param usual the default: a name, a path or an address; empty if none is set
 */
public record KnownMonitors(Path file, Map<String, String> sockets, Optional<String> usual) {
    private static final String SOCKET = "socket.";

    /** Reads the file; throws {@link IllegalArgumentException} if it exists and cannot be used. */
    public static KnownMonitors read(Map<String, String> environment) {
        String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path base = config.startsWith("/")
                ? Path.of(config)
                : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".config");
        Path file = base.resolve("qmpctl").resolve("config");
        return Files.exists(file) ? read(file) : new KnownMonitors(file, Map.of(), Optional.empty());
    }

    private static KnownMonitors read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot read %s: %s".formatted(file, reason(e)), e);
        }
        Map<String, String> sockets = new TreeMap<>();
        Optional<String> usual = Optional.empty();
        for (String key : properties.stringPropertyNames()) {
            String value = properties.getProperty(key).strip();
            if (value.isEmpty()) {
                throw new IllegalArgumentException("'%s' in %s has no value".formatted(key, file));
            }
            if (key.equals("default")) {
                usual = Optional.of(value);
            } else if (key.startsWith(SOCKET) && isName(key.substring(SOCKET.length()))) {
                sockets.put(key.substring(SOCKET.length()), value);
            } else {
                throw new IllegalArgumentException(
                        "'%s' in %s is not a setting; the settings are default and socket.NAME".formatted(key, file));
            }
        }
        return new KnownMonitors(file, sockets, usual);
    }

    private static String reason(Exception failure) {
        if (failure instanceof AccessDeniedException) {
            return "this user may not read it";
        }
        return failure instanceof CharacterCodingException
                ? "it is not UTF-8 text"
                : String.valueOf(failure.getMessage());
    }

    /**
     * The monitor that a text means: a name from the file, an address, or a path.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    QmpAddress resolve(String text) {
        String named = sockets.get(text);
        if (named == null) {
            return address(text);
        }
        try {
            return address(named);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("socket.%s in %s: %s".formatted(text, file, e.getMessage()), e);
        }
    }

    /** The default monitor; fails as {@link #resolve} does. */
    Optional<QmpAddress> usualAddress() {
        try {
            return usual.map(this::resolve);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("default in %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static QmpAddress address(String text) {
        if (text.startsWith("unix:") || text.startsWith("tcp:")) {
            return QmpAddress.parse(text);
        }
        try {
            return new QmpAddress.Unix(Path.of(text));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'%s' is not a usable path: %s".formatted(text, e.getReason()), e);
        }
    }

    /** A name must not look like a path or an address. */
    private static boolean isName(String text) {
        return text.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*");
    }
}
