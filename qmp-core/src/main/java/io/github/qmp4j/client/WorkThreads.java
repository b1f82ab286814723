package io.github.qmp4j.client;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where a session does work of its own that may block, such as looking up hosts and files, or that others wait for: not on
 * the event loop, and not on the executor for callbacks, whose threads may all wait for just that. Daemon threads, gone a
 * second after their last work.
 */
final class WorkThreads {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Executor SHARED = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), WorkThreads::daemon);

    private WorkThreads() {}

    static Executor shared() {
        return SHARED;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "qmp-work-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
