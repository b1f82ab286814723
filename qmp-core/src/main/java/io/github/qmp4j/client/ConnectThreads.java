package io.github.qmp4j.client;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where connecting looks up hosts and files, which may block: not on the event loop, and not on the executor for
 * callbacks, whose threads may all wait for this very connect. Daemon threads, gone a second after their last work.
 */
final class ConnectThreads {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Executor SHARED = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), ConnectThreads::daemon);

    private ConnectThreads() {}

    static Executor shared() {
        return SHARED;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "qmp-connect-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
