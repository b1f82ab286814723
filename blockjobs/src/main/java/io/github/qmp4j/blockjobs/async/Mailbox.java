package io.github.qmp4j.blockjobs.async;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks one at a time and in order on another executor; what they alone touch needs no other guard. */
public final class Mailbox implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();

    /** Both guarded by the lock. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private boolean serving;

    public Mailbox(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            tasks.add(task);
            if (serving) {
                return;
            }
            serving = true;
        } finally {
            lock.unlock();
        }
        executor.execute(this::serve);
    }

    private void serve() {
        for (Runnable task = next(); task != null; task = next()) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a task of a block job failed", e);
            }
        }
    }

    private @Nullable Runnable next() {
        lock.lock();
        try {
            Runnable task = tasks.poll();
            serving = task != null;
            return task;
        } finally {
            lock.unlock();
        }
    }
}
