package io.github.qmp4j.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A running {@code qemu-system-x86_64} without a guest, with one monitor for the client under test and one for the test itself.
 *
 * <p>It ends with {@link #close()}, and at the latest with this JVM, however that ends. Thread-safe.
 */
public final class RealQemu implements AutoCloseable {
    private final MonitoredQemu running;

    private RealQemu(MonitoredQemu running) {
        this.running = running;
    }

    /** A builder; without anything more it starts a machine without disks. */
    public static RealQemuBuilder builder() {
        return new RealQemuBuilder();
    }

    static RealQemu start(List<String> command, Path directory, TempFolder folder) {
        return new RealQemu(MonitoredQemu.start(command, directory, folder));
    }

    /** The UNIX socket of the monitor that the client under test has for itself. */
    public Path monitor() {
        return running.monitor();
    }

    /** A client on the second monitor, connected since the start; each of its commands may take 20 s. */
    public RawMonitor oracle() {
        return running.oracle();
    }

    /**
     * Whether this QEMU has something, by its own word: a path through {@code query-qmp-schema} such as {@code block-job-change},
     * {@code query-block/arg/flat}, {@code query-block-jobs/ret/actively-synced}, {@code blockdev-add/arg/driver/^nbd},
     * {@code block-commit/arg/top/$deprecated}, or an option of its command line such as {@code -compat}.
     *
     * <p>Without {@link RealQemuBuilder#allowDeprecated} QEMU leaves what is deprecated out of its schema.
     */
    public boolean knows(String what) {
        return running.knows(what);
    }

    /** The reason for which a test is skipped where it is not {@linkplain #knows known}: {@code QEMU 5.2.0 does not know …}. */
    public String doesNotKnow(String what) {
        return running.doesNotKnow(what);
    }

    /** QEMU's own process, not the shell around it; in a container too. */
    public ProcessHandle process() {
        return running.process();
    }

    /** The private folder of the sockets; deleted by {@link #close()} with all it holds. */
    public Path folder() {
        return running.folder();
    }

    /** What QEMU wrote to stdout and stderr so far; also after {@link #close()}. */
    public String stderr() {
        return running.stderr();
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
        return running.awaitEnd(limit);
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() {
        running.kill();
    }

    /** Sends SIGSTOP and waits until that has happened: the sockets stay, and nothing is accepted or answered. */
    public void freeze() {
        running.freeze();
    }

    /** Sends SIGCONT. */
    public void thaw() {
        running.signal("-CONT");
    }

    /**
     * Ends QEMU by SIGTERM, after 3 s by SIGKILL, waits until it is gone, and deletes the folder; throws {@link TestkitException} if
     * it is not gone after another 10 s. A second call does nothing.
     */
    @Override
    public void close() {
        running.close();
    }
}
