package io.github.qmp4j.blockjobs;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** An executor that now and then lets later work overtake earlier work, as a busy machine does. */
final class Unruly implements Executor, AutoCloseable {
    private static final int THREADS = 4;
    private static final int ONE_IN = 3;
    private static final int LONGEST_MICROS = 1_000;

    private final ScheduledExecutorService threads = new ScheduledThreadPoolExecutor(
            THREADS,
            work -> {
                Thread thread = new Thread(work, "unruly");
                thread.setDaemon(true);
                return thread;
            },
            // What a session still has to say when it is closed is of no interest.
            new ThreadPoolExecutor.DiscardPolicy());

    @Override
    public void execute(Runnable work) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int micros = random.nextInt(ONE_IN) == 0 ? random.nextInt(LONGEST_MICROS) : 0;
        threads.schedule(work, micros, TimeUnit.MICROSECONDS);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
