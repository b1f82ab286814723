package io.github.qmp4j.threads;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands tasks to another executor. A task for which that one throws, be it an {@code Error}, runs on a daemon thread of its
 * own; where no thread can be made, it runs once one can. Each task runs once, also where the other executor has taken it
 * and throws all the same. {@link #execute} never throws.
 *
 * <p>Every hand-over of the library goes through here, so none can lose a result. An executor that silently drops what it
 * was given is beyond its help.
 */
public final class LosslessExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(LosslessExecutor.class);
    private static final Executor LATER = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS, Runnable::run);

    static {
        try {
            // The JVM's timers need a thread; made now, it is there when no more can be made.
            LATER.execute(() -> {});
        } catch (Throwable noTimer) {
            LOG.debug("no thread for timers", noTimer);
        }
    }

    private final Executor executor;
    private final ThreadFactory spare;
    private final AtomicBoolean refusalLogged = new AtomicBoolean();

    /** @param spare makes the threads for what the executor refuses */
    LosslessExecutor(Executor executor, ThreadFactory spare) {
        this.executor = executor;
        this.spare = spare;
    }

    public static Executor of(Executor executor) {
        return executor instanceof LosslessExecutor
                ? executor
                : new LosslessExecutor(executor, LosslessExecutor::daemon);
    }

    @Override
    public void execute(Runnable task) {
        Once once = new Once(task);
        try {
            executor.execute(once);
        } catch (Throwable refusal) {
            if (!once.hasBegun()) {
                runOnSpareThread(once);
            }
            log(refusal);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "qmp-callback-refused");
        thread.setDaemon(true);
        return thread;
    }

    private void runOnSpareThread(Runnable task) {
        try {
            spare.newThread(task).start();
        } catch (Throwable noThread) {
            runLater(task);
        }
    }

    private void runLater(Runnable task) {
        try {
            LATER.execute(() -> runOnSpareThread(task));
        } catch (Throwable noTimer) {
            // Nothing is left but this thread; what runs here late or in the wrong place is at least not lost.
            task.run();
        }
    }

    private void log(Throwable refusal) {
        try {
            if (refusalLogged.compareAndSet(false, true)) {
                LOG.warn("an executor refuses work; daemon threads serve in its place, which is logged once", refusal);
            }
        } catch (Throwable unlogged) {
            // The task is safe, and its giver has no part in the trouble.
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LosslessExecutor same && executor.equals(same.executor);
    }

    @Override
    public int hashCode() {
        return executor.hashCode();
    }

    @Override
    public String toString() {
        return executor.toString();
    }

    /** A task that runs for the first who runs it. */
    private static final class Once implements Runnable {
        private final Runnable task;
        private final AtomicBoolean begun = new AtomicBoolean();

        Once(Runnable task) {
            this.task = task;
        }

        boolean hasBegun() {
            return begun.get();
        }

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                task.run();
            }
        }
    }
}
