package io.github.qmp4j;

import io.github.qmp4j.threads.DaemonThreads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bounded queue between the event loops and one observer. */
final class QueuedObserver implements QmpObserver {
    private static final Logger LOG = LoggerFactory.getLogger(QueuedObserver.class);

    private final QmpObserver observer;
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();

    /** All of these are guarded by the lock. */
    private final Queue<Consumer<QmpObserver>> queue = new ArrayDeque<>();

    private boolean serving;
    private boolean dropLogged;

    /** Belongs to the serving thread, of which there is one at a time. */
    private boolean failureLogged;

    QueuedObserver(QmpObserver observer, int capacity) {
        this.observer = observer;
        this.capacity = capacity;
    }

    private void enqueue(Consumer<QmpObserver> call) {
        lock.lock();
        try {
            if (queue.size() >= capacity) {
                if (!dropLogged) {
                    dropLogged = true;
                    LOG.warn("an observer is too slow: {} calls wait, from here on some are dropped", capacity);
                }
                return;
            }
            queue.add(call);
            if (!serving) {
                DaemonThreads.callbacks().execute(this::serve);
                serving = true;
            }
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        for (Consumer<QmpObserver> call = next(); call != null; call = next()) {
            try {
                call.accept(observer);
            } catch (Throwable e) {
                if (!failureLogged) {
                    failureLogged = true;
                    LOG.warn("an observer failed; its further failures are not logged", e);
                }
            }
        }
    }

    private @Nullable Consumer<QmpObserver> next() {
        lock.lock();
        try {
            Consumer<QmpObserver> call = queue.poll();
            serving = call != null;
            return call;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void connectionOpened(QmpAddress address) {
        enqueue(to -> to.connectionOpened(address));
    }

    @Override
    public void connectionEnded(QmpAddress address, @Nullable QmpException cause) {
        enqueue(to -> to.connectionEnded(address, cause));
    }

    @Override
    public void commandStarted(String command) {
        enqueue(to -> to.commandStarted(command));
    }

    @Override
    public void commandFinished(String command, Outcome outcome, Duration took) {
        enqueue(to -> to.commandFinished(command, outcome, took));
    }

    @Override
    public void eventReceived(String event) {
        enqueue(to -> to.eventReceived(event));
    }

    @Override
    public void eventDropped(String event) {
        enqueue(to -> to.eventDropped(event));
    }

    @Override
    public void lateReply() {
        enqueue(QmpObserver::lateReply);
    }
}
