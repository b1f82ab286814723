package io.github.qmp4j.process;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A QEMU of one's own, with a monitor that no other program can reach. It ends when this is closed, and also when this JVM
 * ends in any way. Safe for use by any thread.
 */
public final class QemuProcess implements AutoCloseable {
    private final MonitoredProcess process;

    private QemuProcess(MonitoredProcess process) {
        this.process = process;
    }

    /**
     * Starts a QEMU and connects to its monitor. Blocks only to start the process.
     *
     * @param command the binary, by name or path, and its arguments; those for the monitor are added here
     * @param options {@link QmpOptions#waitFor()} says how long the socket of the monitor may take to appear
     * @return fails with {@link QemuStartException}, which carries the last lines of what it wrote
     */
    public static CompletableFuture<QemuProcess> start(List<String> command, QmpOptions options) {
        return MonitoredProcess.start(command, QemuProcess::monitorAt, options, QemuProcess::new);
    }

    private static List<String> monitorAt(String path) {
        return List.of("-chardev", "socket,id=qmp4j,path=" + path + ",server=on,wait=off", "-qmp", "chardev:qmp4j");
    }

    /**
     * The session with its monitor; it is closed with this. When the process ends by itself, what fails tells its exit
     * status and the last lines that it wrote.
     */
    public QmpClient client() {
        return process.client();
    }

    /** Completes with the exit status when the process has ended, however; 128 plus the signal's number if by a signal. */
    public CompletableFuture<Integer> exit() {
        return process.exit();
    }

    /** The last lines that it wrote, in one; empty where it wrote none. */
    public String output() {
        return process.output();
    }

    /**
     * Ends it and waits until it is gone, at most half a minute: with {@code quit}, then SIGTERM, then SIGKILL. Does
     * nothing the second time.
     */
    @Override
    public void close() {
        process.close();
    }
}
