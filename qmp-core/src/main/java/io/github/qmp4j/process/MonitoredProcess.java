package io.github.qmp4j.process;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpException;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.threads.CallFuture;
import io.github.qmp4j.threads.DaemonThreads;
import io.github.qmp4j.threads.Futures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process of one's own with a monitor in a private folder: what QEMU and the storage daemon have in common. */
final class MonitoredProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MonitoredProcess.class);
    private static final Duration QUIT = Duration.ofSeconds(10);
    private static final Duration END = Duration.ofSeconds(1);

    private final Guard guard;
    private final PrivateFolder folder;
    private final QmpClient client;
    private final AtomicBoolean closed = new AtomicBoolean();

    private MonitoredProcess(Guard guard, PrivateFolder folder, QmpClient client) {
        this.guard = guard;
        this.folder = folder;
        this.client = client;
    }

    /**
     * Starts it and connects to its monitor.
     *
     * @param monitorAt the arguments that put the monitor at a path, which is given as QEMU's options want it
     * @param shown makes of it what its user gets
     */
    static <T> CompletableFuture<T> start(
            List<String> command,
            Function<String, List<String>> monitorAt,
            QmpOptions options,
            Function<MonitoredProcess, T> shown) {
        PrivateFolder folder;
        Guard guard;
        try {
            folder = PrivateFolder.create();
            List<String> whole = new ArrayList<>(command);
            // In QEMU's option syntax a comma ends a value; a doubled one stands for itself.
            whole.addAll(monitorAt.apply(folder.socket().toString().replace(",", ",,")));
            guard = Guard.start(folder.path(), whole);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(
                    new QemuStartException("cannot start %s: %s".formatted(command.get(0), e.getMessage()), "", e));
        }
        CompletableFuture<QmpClient> connected = QmpClient.connect(
                new QmpAddress.Unix(folder.socket()), options.withCallbacks(DaemonThreads.work()), guard::lastWords);
        CompletableFuture<MonitoredProcess> started = new CompletableFuture<>();
        guard.exit().thenAccept(status -> started.completeExceptionally(ended(command.get(0), status, guard)));
        connected.whenComplete((client, failure) -> {
            if (failure != null) {
                // A monitor that broke off is most often the end of its QEMU, which is the better thing to tell.
                guard.exit().orTimeout(END.toMillis(), TimeUnit.MILLISECONDS).exceptionally(runs -> {
                    started.completeExceptionally(silent(command.get(0), guard, failure));
                    return null;
                });
            } else if (!started.complete(
                    new MonitoredProcess(guard, folder, client.withCallbacks(options.callbacks())))) {
                client.close();
            }
        });
        CompletableFuture<T> result = started.whenCompleteAsync(
                        (process, failure) -> {
                            if (failure != null) {
                                connected.cancel(false);
                                end(guard, folder);
                            }
                        },
                        DaemonThreads.work())
                .thenApply(shown);
        return CallFuture.copyOf(result, options.callbacks());
    }

    private static QemuStartException ended(String binary, int status, Guard guard) {
        guard.output()
                .end()
                .completeOnTimeout(null, END.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        return new QemuStartException(
                "%s ended with status %d before its monitor could be used".formatted(binary, status),
                guard.output().text(),
                null);
    }

    private static QemuStartException silent(String binary, Guard guard, Throwable failure) {
        Throwable cause = Futures.cause(failure);
        return new QemuStartException(
                "%s runs, and its monitor cannot be used: %s".formatted(binary, cause.getMessage()),
                guard.output().text(),
                cause);
    }

    QmpClient client() {
        return client;
    }

    CompletableFuture<Integer> exit() {
        return guard.exit();
    }

    String output() {
        return guard.output().text();
    }

    /** Ends it and waits until it is gone, at most half a minute. */
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
