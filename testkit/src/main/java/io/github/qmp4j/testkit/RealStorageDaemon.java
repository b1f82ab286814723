package io.github.qmp4j.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A running {@code qemu-storage-daemon}, with one monitor for the client under test and one for the test itself. It comes from the
 * {@linkplain QemuPlace#current current place}.
 *
 * <p>It ends with {@link #close()}, and at the latest with this JVM, however that ends. Thread-safe.
 */
public final class RealStorageDaemon implements AutoCloseable {
    private final MonitoredQemu running;

    private RealStorageDaemon(MonitoredQemu running) {
        this.running = running;
    }

    /**
     * Starts it with these arguments, {@code --blockdev} and its like, and waits until it greets; throws {@link TestkitException} with
     * what it wrote if it ends before, or does not greet within 30 s.
     *
     * @param directory its working directory, which relative file names start from
     */
    public static RealStorageDaemon start(Path directory, List<String> arguments) {
        TempFolder folder = TempFolder.create("realqsd");
        try {
            List<String> command = new ArrayList<>(List.of(QemuPlace.current().storageDaemon()));
            for (String monitor : MonitoredQemu.MONITORS) {
                command.addAll(List.of("--chardev", MonitoredQemu.chardev(folder, monitor)));
                command.addAll(List.of("--monitor", "chardev=" + monitor));
            }
            command.addAll(arguments);
            return new RealStorageDaemon(MonitoredQemu.start(command, directory, folder));
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    /** The UNIX socket of the monitor that the client under test has for itself. */
    public Path monitor() {
        return running.monitor();
    }

    /** A client on the second monitor, connected since the start; each of its commands may take 20 s. */
    public RawMonitor oracle() {
        return running.oracle();
    }

    /** As {@link RealQemu#knows}; there is no policy that hides what is deprecated. */
    public boolean knows(String what) {
        return running.knows(what);
    }

    /** As {@link RealQemu#doesNotKnow}. */
    public String doesNotKnow(String what) {
        return running.doesNotKnow(what);
    }

    /** Its own process, not the shell around it; in a container too. */
    public ProcessHandle process() {
        return running.process();
    }

    /** What it wrote so far; also after {@link #close()}. */
    public String stderr() {
        return running.stderr();
    }

    /** Waits until it has ended, at most so long; says whether it has. */
    public boolean awaitEnd(Duration limit) {
        return running.awaitEnd(limit);
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() {
        running.kill();
    }

    /** Ends it as {@link RealQemu#close()} ends QEMU. A second call does nothing. */
    @Override
    public void close() {
        running.close();
    }
}
