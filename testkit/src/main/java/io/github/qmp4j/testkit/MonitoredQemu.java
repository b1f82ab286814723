package io.github.qmp4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A QEMU program that runs with two monitors in a private folder, one for the client under test and one for the test itself. It
 * ends with {@link #close()}, and at the latest with this JVM. Thread-safe.
 */
final class MonitoredQemu implements AutoCloseable {
    static final List<String> MONITORS = List.of("monitor", "oracle");
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(10);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    private static final Duration QUIT_LIMIT = Duration.ofSeconds(3);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private final TempFolder folder;
    private final Guardian guardian;
    private final List<String> command;
    /** The program's own process, where another one stands for it on this machine; set once by {@code start}. */
    private ProcessHandle process;
    /** Set once by {@code start}, before any other code has the object. */
    private @Nullable RawMonitor oracle;
    /** What it wrote, kept when the folder goes; guarded by {@code this}. */
    private @Nullable String lastWords;
    /** Asked for once; guarded by {@code this}. */
    private @Nullable SchemaPath schema;

    private MonitoredQemu(Guardian guardian, TempFolder folder, List<String> command) {
        this.guardian = guardian;
        this.folder = folder;
        this.command = command;
        this.process = guardian.child();
    }

    static MonitoredQemu start(List<String> command, Path directory, TempFolder folder) {
        MonitoredQemu qemu;
        try {
            qemu = new MonitoredQemu(Guardian.start(command, directory, folder, log(folder)), folder, command);
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

    /** The value of {@code -chardev} for the monitor of this name, which is its socket's name too. */
    static String chardev(TempFolder folder, String monitor) {
        String path = folder.resolve(monitor).toString().replace(",", ",,");
        return "socket,id=" + monitor + ",path=" + path + ",server=on,wait=off";
    }

    Path monitor() {
        return folder.resolve(MONITORS.get(0));
    }

    RawMonitor oracle() {
        if (oracle == null) {
            throw new IllegalStateException("not started");
        }
        return oracle;
    }

    synchronized boolean knows(String what) {
        if (what.startsWith("-")) {
            return QemuHelp.of(command.get(0)).lists(what);
        }
        if (schema == null) {
            schema = SchemaPath.in(oracle().execute("query-qmp-schema"));
        }
        return schema.exists(what);
    }

    String doesNotKnow(String what) {
        JsonNode version = oracle().greeting().at("/QMP/version/qemu");
        return "QEMU %d.%d.%d does not know %s"
                .formatted(
                        version.path("major").asInt(),
                        version.path("minor").asInt(),
                        version.path("micro").asInt(),
                        what);
    }

    ProcessHandle process() {
        return process;
    }

    Path folder() {
        return folder.path();
    }

    synchronized String stderr() {
        if (lastWords != null) {
            return lastWords;
        }
        try {
            return Files.readString(log(folder));
        } catch (IOException e) {
            throw new TestkitException("cannot read QEMU's output", e);
        }
    }

    boolean awaitEnd(Duration limit) {
        return guardian.ended(limit);
    }

    void kill() {
        process.destroyForcibly();
        if (!awaitEnd(KILL_LIMIT)) {
            throw new TestkitException("SIGKILL did not end process " + process.pid());
        }
    }

    void signal(String name) {
        // A process that has ended in the meantime is no failure, so the exit status does not matter.
        new Tool("/bin/sh").run(List.of("-c", "kill " + name + " " + process.pid()));
    }

    /** Sends SIGSTOP and waits until every thread stands still, where /proc shows that: a busy machine lets some run on for long. */
    void freeze() {
        signal("-STOP");
        Deadline deadline = Deadline.after(KILL_LIMIT);
        while (process.isAlive() && !standsStill()) {
            if (deadline.passed()) {
                throw new TestkitException("SIGSTOP did not stop process " + process.pid());
            }
            awaitEnd(BETWEEN_TRIES);
        }
    }

    private boolean standsStill() {
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        if (!Files.isDirectory(threads)) {
            return true;
        }
        try (Stream<Path> all = Files.list(threads)) {
            for (Path thread : all.toList()) {
                String state = Files.readString(thread.resolve("stat"));
                if (state.charAt(state.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException threadHasEnded) {
            return false;
        }
    }

    /** Ends it by SIGTERM, after 3 s by SIGKILL, and deletes the folder. A second call does nothing. */
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
                signal("-CONT");
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
                return RawMonitor.connect(folder.resolve(MONITORS.get(1)), COMMAND_LIMIT);
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

    private static Path log(TempFolder folder) {
        return folder.resolve("qemu.log");
    }
}
