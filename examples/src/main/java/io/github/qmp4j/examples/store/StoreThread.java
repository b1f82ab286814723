package io.github.qmp4j.examples.store;

import io.github.qmp4j.blockjobs.JobStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The only thread that uses the connection, so that all work happens in the order of the calls. */
final class StoreThread implements AutoCloseable {
    private static final int MOST_WAITING = 10_000;

    /** Work that uses the connection. */
    interface Work<T> {
        T run() throws SQLException;
    }

    private final ThreadPoolExecutor executor;
    /** Set when the executor makes its thread, which is before any work. */
    private volatile @Nullable Thread thread;

    StoreThread(String name, Connection connection) {
        this.executor =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                    Thread made = new Thread(task, name);
                    made.setDaemon(true);
                    thread = made;
                    return made;
                }) {
                    @Override
                    protected void terminated() {
                        try (connection;
                                Statement statement = connection.createStatement()) {
                            // The server may notice the end of a connection only after the next owner asks for the
                            // lock.
                            statement.execute("SELECT pg_advisory_unlock_all()");
                        } catch (SQLException e) {
                            // The server ends a session whose connection is gone, and its lock with it.
                        }
                    }
                };
    }

    /** Completes when the work is done. Fails with the exception of the function, or at once if too many calls wait. */
    <T> CompletableFuture<T> run(Work<T> work, Function<SQLException, JobStoreException> failure) {
        CompletableFuture<T> done = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    done.complete(work.run());
                } catch (SQLException e) {
                    done.completeExceptionally(failure.apply(e));
                } catch (RuntimeException | Error e) {
                    done.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new JobStoreException(
                    executor.isShutdown()
                            ? "the job store could not be used: it is closed"
                            : "the job store could not be used: %d calls wait already".formatted(MOST_WAITING)));
        }
        return done;
    }

    /** Waits until all earlier work is done, except when called on this thread. */
    @Override
    public void close() {
        executor.shutdown();
        boolean interrupted = false;
        while (!executor.isTerminated() && !Thread.currentThread().equals(thread)) {
            try {
                executor.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
