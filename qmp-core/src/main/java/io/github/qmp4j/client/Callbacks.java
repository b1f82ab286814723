package io.github.qmp4j.client;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands user code to the user's executor; where that refuses, a thread of its own serves, so that nothing is lost. */
final class Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private Callbacks() {}

    static void run(Executor callbacks, Runnable task) {
        try {
            callbacks.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.warn("the executor for callbacks refuses work; a thread of its own serves in its place", e);
            Thread thread = new Thread(task, "qmp-callback-refused");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
