package io.github.qmp4j.threads;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The library's own threads: daemons, made when all are taken, gone a second after their last work. */
public final class DaemonThreads {
    private static final Executor CALLBACKS = named("qmp-callback-");
    private static final Executor WORK = named("qmp-work-");

    private DaemonThreads() {}

    /** The default for user code. */
    public static Executor callbacks() {
        return CALLBACKS;
    }

    /**
     * Where the library does work of its own that may block, such as looking up hosts and files, or that others wait for: not on
     * the event loop, and not on the executor for callbacks, whose threads may all wait for just that.
     */
    public static Executor work() {
        return WORK;
    }

    private static Executor named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return LosslessExecutor.of(
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, prefix + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                }));
    }
}
