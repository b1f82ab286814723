package io.github.qmp4j.examples.store;

import io.github.qmp4j.testkit.TempFolder;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A private PostgreSQL on a loopback port, with its data in a temporary folder. If the test runs as root, which PostgreSQL
 * refuses, the server runs as the user {@code postgres}. A shell beside it ends the server when this JVM is gone.
 */
public final class PostgresCluster implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String USER = "postgres";
    private static final String GUARD = """
            "$@" </dev/null &
            server=$!
            cat >/dev/null
            kill -INT $server
            wait $server""";

    private final TempFolder folder = TempFolder.create("qmp4j-pg");
    private final Path data = folder.resolve("data");
    private final Path log = folder.resolve("log");
    private final String password = UUID.randomUUID().toString();
    private final boolean root = "root".equals(System.getProperty("user.name"));
    private int port;
    private @Nullable Process server;

    public static PostgresCluster start() throws Exception {
        PostgresCluster cluster = new PostgresCluster();
        try {
            cluster.make();
            cluster.run();
            return cluster;
        } catch (Exception | Error e) {
            cluster.close();
            throw e;
        }
    }

    public PGSimpleDataSource database() {
        return database(port, password);
    }

    static PGSimpleDataSource database(int port, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setUser(USER);
        source.setPassword(password);
        source.setDatabaseName("postgres");
        source.setConnectTimeout((int) LIMIT.toSeconds());
        source.setSocketTimeout((int) LIMIT.toSeconds());
        return source;
    }

    int port() {
        return port;
    }

    String password() {
        return password;
    }

    private void make() throws Exception {
        Path passwordFile = folder.resolve("password");
        Files.writeString(passwordFile, password);
        if (root) {
            var postgres = folder.path()
                    .getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(USER);
            Files.setOwner(folder.path(), postgres);
            Files.setOwner(passwordFile, postgres);
        }
        Process initdb = new ProcessBuilder(asUser(List.of(
                        program("initdb"),
                        "-D",
                        data.toString(),
                        "-U",
                        USER,
                        "-A",
                        "scram-sha-256",
                        "--pwfile=" + passwordFile,
                        "-E",
                        "UTF8",
                        "--locale=C")))
                .directory(folder.path().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!initdb.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || initdb.exitValue() != 0) {
            initdb.destroyForcibly();
            throw new AssertionError("initdb: " + Files.readString(log));
        }
    }

    /** Starts the server, also after {@link #crash()}; on another port if another program has taken this one. */
    void run() throws Exception {
        for (int tries = 0; tries < 3; tries++) {
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", GUARD, "guard"));
            command.addAll(asUser(List.of(
                    program("postgres"),
                    "-D",
                    data.toString(),
                    "-p",
                    String.valueOf(port),
                    "-k",
                    folder.path().toString(),
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "max_connections=20",
                    "-c",
                    "shared_buffers=16MB")));
            Process started = new ProcessBuilder(command)
                    .directory(folder.path().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            server = started;
            if (Awaitility.await()
                            .pollInterval(Duration.ofMillis(50))
                            .atMost(LIMIT)
                            .until(
                                    () -> greets()
                                            ? 1
                                            : started.children().findAny().isEmpty() ? -1 : 0,
                                    state -> state != 0)
                    > 0) {
                return;
            }
        }
        throw new AssertionError("PostgreSQL does not start: " + Files.readString(log));
    }

    private boolean greets() {
        try (Connection connection = database().getConnection()) {
            return connection.isValid(1);
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** Ends the server at once, as a loss of power would. */
    void crash() throws Exception {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
        List<ProcessHandle> all = new ArrayList<>(postmaster.descendants().toList());
        all.add(0, postmaster);
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle one : all) {
            one.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        end();
    }

    private void end() throws IOException {
        Process ending = server;
        server = null;
        if (ending != null) {
            ending.getOutputStream().close();
            try {
                if (!ending.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    ending.descendants().forEach(ProcessHandle::destroyForcibly);
                    ending.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (folder) {
            end();
        }
    }

    private List<String> asUser(List<String> command) {
        if (!root) {
            return command;
        }
        List<String> whole =
                new ArrayList<>(List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--"));
        whole.addAll(command);
        return whole;
    }

    private static String program(String name) throws IOException {
        List<Path> folders = new ArrayList<>();
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.sorted(Comparator.reverseOrder())
                        .map(path -> path.resolve("bin"))
                        .forEach(folders::add);
            }
        }
        for (String folder :
                Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator, -1)) {
            folders.add(Path.of(folder));
        }
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError("there is no %s; scripts/prepare postgresql installs it".formatted(name)))
                .toString();
    }
}
