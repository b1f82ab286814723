package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running {@code qemu-system-x86_64} without a guest, with one monitor for the client under test and one for the test itself.
 *
 * <p>It ends with {@link #close()}, and at the latest with this JVM, however that ends. Thread-safe.
 */
public final class RealQemu implements AutoCloseable {
    static final String MONITOR = "monitor";
    static final String ORACLE = "oracle";
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(10);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    private static final Duration QUIT_LIMIT = Duration.ofSeconds(3);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private final TempFolder folder;
    private final Guardian guardian;
    private final List<String> command;
    /** QEMU's own process, where another one stands for it on this machine; set once by {@code start}. */
    private ProcessHandle process;
    /** Set once by {@code start}, before anybody else has the object. */
    private @Nullable RawMonitor oracle;
    /** What QEMU wrote, kept when the folder goes; guarded by {@code this}. */
    private @Nullable String lastWords;
    /** Asked for once; guarded by {@code this}. */
    private @Nullable SchemaPath schema;

    private RealQemu(Guardian guardian, TempFolder folder, List<String> command) {
        this.guardian = guardian;
        this.folder = folder;
        this.command = command;
        this.process = guardian.child();
    }

    /** A builder; without anything more it starts a machine without disks. */
    public static RealQemuBuilder builder() {
        return new RealQemuBuilder();
    }

    static RealQemu start(List<String> command, Path directory, TempFolder folder) {
        RealQemu qemu;
        try {
            qemu = new RealQemu(Guardian.start(command, directory, folder, log(folder)), folder, command);
        } catch (IOException e) {
            throw new TestkitException("cannot start " + String.join(" ", command) + ": " + e.getMessage(), e);
        }
        try {
            qemu.oracle = qemu.awaitGreeting();
            qemu.process = ContainedProcess.behind(command.get(0), qemu.process);
            return qemu;
        } catch (RuntimeException | Error e) {
            qemu.close();
            throw e;
        }
    }

    /** The UNIX socket of the monitor that the client under test has for itself. */
    public Path monitor() {
        return folder.resolve(MONITOR);
    }

    /** A client on the second monitor, connected since the start; each of its commands may take 20 s. */
    public RawMonitor oracle() {
        if (oracle == null) {
            throw new IllegalStateException("not started");
        }
        return oracle;
    }

    /**
     * Whether this QEMU has something, by its own word: a path through {@code query-qmp-schema} such as {@code block-job-change},
     * {@code query-block/arg/flat}, {@code query-block-jobs/ret/actively-synced}, {@code blockdev-add/arg/driver/^nbd},
     * {@code block-commit/arg/top/$deprecated}, or an option of its command line such as {@code -compat}.
     *
     * <p>Without {@link RealQemuBuilder#allowDeprecated} QEMU leaves what is deprecated out of its schema.
     */
    public synchronized boolean knows(String what) {
        if (what.startsWith("-")) {
            return QemuHelp.of(command.get(0)).lists(what);
        }
        if (schema == null) {
            schema = SchemaPath.in(oracle().execute("query-qmp-schema"));
        }
        return schema.exists(what);
    }

    /** The reason for which a test is skipped where it is not {@linkplain #knows known}: {@code QEMU 5.2.0 does not know …}. */
    public String doesNotKnow(String what) {
        JsonNode version = oracle().greeting().at("/QMP/version/qemu");
        return "QEMU %d.%d.%d does not know %s"
                .formatted(
                        version.path("major").asInt(),
                        version.path("minor").asInt(),
                        version.path("micro").asInt(),
                        what);
    }

    /** QEMU's own process, not the shell around it; in a container too. */
    public ProcessHandle process() {
        return process;
    }

    /** The private folder of the sockets; deleted by {@link #close()} with all it holds. */
    public Path folder() {
        return folder.path();
    }

    /** What QEMU wrote to stdout and stderr so far; also after {@link #close()}. */
    public synchronized String stderr() {
        if (lastWords != null) {
            return lastWords;
        }
        try {
            return Files.readString(log(folder));
        } catch (IOException e) {
            throw new TestkitException("cannot read QEMU's output", e);
        }
    }

    /**
     * Writes through a disk made by {@link RealQemuBuilder#disk}, as its guest would; a byte of 0 to 255, offset and length in
     * bytes. QEMU tells the outcome on its stdout only, so read the pattern back from the image where it matters.
     */
    public void guestWrite(String device, int pattern, long offset, long bytes) {
        String line = "qemu-io -d /machine/peripheral/%s/virtio-backend \"write -P %d %d %d\""
                .formatted(device, pattern, offset, bytes);
        String said = oracle().execute("human-monitor-command", Json.object().put("command-line", line))
                .asText();
        if (!said.isEmpty()) {
            throw new TestkitException(line + ": " + said.strip());
        }
    }

    /** Waits until QEMU has ended, at most so long; says whether it has. */
    public boolean awaitEnd(Duration limit) {
        return guardian.ended(limit);
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() {
        process.destroyForcibly();
        if (!awaitEnd(KILL_LIMIT)) {
            throw new TestkitException(
                    "SIGKILL did not end process " + process().pid());
        }
    }

    /** Sends SIGSTOP: the sockets stay, and nothing is accepted or answered. */
    public void freeze() {
        signal("-STOP");
    }

    /** Sends SIGCONT. */
    public void thaw() {
        signal("-CONT");
    }

    /**
     * Ends QEMU by SIGTERM, after 3 s by SIGKILL, waits until it is gone, and deletes the folder; throws {@link TestkitException} if
     * it is not gone after another 10 s. A second call does nothing.
     */
    @Override
    public synchronized void close() {
        if (lastWords != null) {
            return;
        }
        try (folder) {
            if (oracle != null) {
                oracle.close();
            }
            if (!awaitEnd(Duration.ZERO)) {
                process.destroy();
                thaw();
                if (!awaitEnd(QUIT_LIMIT)) {
                    kill();
                }
            }
            lastWords = stderr();
        }
    }

    private RawMonitor awaitGreeting() {
        Deadline deadline = Deadline.after(START_LIMIT);
        while (true) {
            try {
                return RawMonitor.connect(folder.resolve(ORACLE), COMMAND_LIMIT);
            } catch (TestkitException notYet) {
                if (deadline.passed()) {
                    throw failure("does not greet: " + notYet.getMessage());
                }
            }
            // The pause between two tries, cut short by the end of a QEMU that does not like its arguments.
            if (awaitEnd(BETWEEN_TRIES)) {
                throw failure("ended with status " + guardian.exitStatus());
            }
        }
    }

    private TestkitException failure(String what) {
        return new TestkitException(
                "QEMU " + what + "\n" + stderr().strip() + "\nstarted as: " + String.join(" ", command));
    }

    private void signal(String name) {
        // A process that has ended in the meantime is no failure, so the exit status does not matter.
        new Tool("/bin/sh").run(List.of("-c", "kill " + name + " " + process().pid()));
    }

    private static Path log(TempFolder folder) {
        return folder.resolve("qemu.log");
    }
}
