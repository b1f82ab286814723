package io.github.qmp4j;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The default executor for user code: daemon threads, made when all are taken, gone a second after their last work. */
final class CallbackThreads {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Executor SHARED = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), CallbackThreads::daemon);

    private CallbackThreads() {}

    static Executor shared() {
        return SHARED;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "qmp-callback-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
