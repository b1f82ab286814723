package io.github.qmp4j.process;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A QEMU of one's own, with a monitor that nobody else can reach. It ends when this is closed, and also when this JVM
 * ends in any way. Safe for use by any thread.
 */
public final class QemuProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QemuProcess.class);
    private static final Duration QUIT = Duration.ofSeconds(10);
    private static final Duration LAST_OUTPUT = Duration.ofSeconds(1);

    private final Guard guard;
    private final PrivateFolder folder;
    private final QmpClient client;
    private final AtomicBoolean closed = new AtomicBoolean();

    private QemuProcess(Guard guard, PrivateFolder folder, QmpClient client) {
        this.guard = guard;
        this.folder = folder;
        this.client = client;
    }

    /**
     * Starts a QEMU and connects to its monitor. Blocks only to start the process.
     *
     * @param command the binary, by name or path, and its arguments; those for the monitor are added here
     * @param options {@link QmpOptions#waitFor()} says how long the socket of the monitor may take to appear
     * @return fails with {@link QemuStartException}, which carries the last lines of what QEMU wrote
     */
    public static CompletableFuture<QemuProcess> start(List<String> command, QmpOptions options) {
        PrivateFolder folder;
        Guard guard;
        try {
            folder = PrivateFolder.create();
            guard = Guard.start(folder.path(), withMonitor(command, folder.socket()));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new QemuStartException("cannot start %s: %s".formatted(command.get(0), e.getMessage()), "", e));
        }
        CompletableFuture<QmpClient> connected = QmpClient.connect(new QmpAddress.Unix(folder.socket()), options);
        CompletableFuture<QemuProcess> started = new CompletableFuture<>();
        guard.exit().thenAccept(status -> started.completeExceptionally(ended(command.get(0), status, guard)));
        connected.whenComplete((client, failure) -> {
            if (failure != null) {
                // A monitor that broke off is most often the end of its QEMU, which is the better thing to tell.
                guard.exit()
                        .orTimeout(LAST_OUTPUT.toMillis(), TimeUnit.MILLISECONDS)
                        .exceptionally(runs -> {
                            started.completeExceptionally(silent(command.get(0), guard, failure));
                            return null;
                        });
            } else if (!started.complete(new QemuProcess(guard, folder, client))) {
                client.close();
            }
        });
        return started.whenCompleteAsync(
                (process, failure) -> {
                    if (failure != null) {
                        end(guard, folder);
                    }
                },
                options.callbacks());
    }

    private static List<String> withMonitor(List<String> command, Path socket) {
        List<String> whole = new ArrayList<>(command);
        // In QEMU's option syntax a comma ends a value; a doubled one stands for itself.
        String path = socket.toString().replace(",", ",,");
        whole.addAll(List.of("-chardev", "socket,id=qmp4j,path=" + path + ",server=on,wait=off"));
        whole.addAll(List.of("-mon", "chardev=qmp4j,mode=control"));
        return whole;
    }

    private static QemuStartException ended(String binary, int status, Guard guard) {
        guard.output()
                .end()
                .completeOnTimeout(null, LAST_OUTPUT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        return new QemuStartException(
                "%s ended with status %d before its monitor could be used".formatted(binary, status),
                guard.output().text(),
                null);
    }

    private static QemuStartException silent(String binary, Guard guard, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new QemuStartException(
                "%s runs, and its monitor cannot be used: %s".formatted(binary, cause.getMessage()),
                guard.output().text(),
                cause);
    }

    /** The session with its monitor; it is closed with this. */
    public QmpClient client() {
        return client;
    }

    /** Completes with the exit status when the process has ended, however. */
    public CompletableFuture<Integer> exit() {
        return guard.exit();
    }

    /** The last lines that it wrote, in one; empty where it wrote none. */
    public String output() {
        return guard.output().text();
    }

    /**
     * Ends it and waits until it is gone, at most half a minute: with {@code quit}, then SIGTERM, then SIGKILL. Does
     * nothing the second time.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        quit();
        client.close();
        end(guard, folder);
    }

    private void quit() {
        try {
            client.execute(QmpCommand.of("quit"), QUIT).join();
            guard.hasEnded(QUIT);
        } catch (CompletionException e) {
            // QEMU may close the monitor before it answers; whether it has ended is seen next.
            LOG.debug("no reply to quit", e);
        } catch (QmpException e) {
            LOG.debug("cannot send quit", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Guard guard, PrivateFolder folder) {
        try {
            guard.end();
            folder.delete();
        } catch (IOException e) {
            LOG.warn("the folder {} stays behind: {}", folder.path(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
