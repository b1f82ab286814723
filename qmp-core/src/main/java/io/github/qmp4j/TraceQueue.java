package io.github.qmp4j;

import io.github.qmp4j.threads.DaemonThreads;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A bounded queue of lines between event loops and whatever writes them, one batch at a time, on a thread of its own. */
final class TraceQueue {
    private static final int MOST_CHARACTERS = 16 << 20;
    private static final int BATCH_CHARACTERS = 1 << 20;
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Writes some whole lines, and that so many are missing before them; says whether it could. */
    interface Writer {
        boolean write(String lines, long lost);
    }

    private record Batch(String lines, int messages, long lost) {}

    private final Writer writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    /** All of these are guarded by the lock. */
    private final Queue<String> waiting = new ArrayDeque<>();

    /** Of all entries that wait or are being written. */
    private long characters;

    private long lost;
    private boolean writing;
    private boolean closed;

    TraceQueue(Writer writer) {
        this.writer = writer;
    }

    void offer(String line) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (characters > 0 && characters + line.length() > MOST_CHARACTERS) {
                lost++;
                return;
            }
            characters += line.length();
            waiting.add(line);
            if (!writing) {
                DaemonThreads.callbacks().execute(this::writeAll);
                writing = true;
            }
        } finally {
            lock.unlock();
        }
    }

    private void writeAll() {
        for (Batch batch = next(); batch != null; batch = next()) {
            written(batch, writer.write(batch.lines(), batch.lost()));
        }
    }

    private @Nullable Batch next() {
        lock.lock();
        try {
            StringBuilder lines = new StringBuilder();
            int messages = 0;
            while (!waiting.isEmpty() && lines.length() < BATCH_CHARACTERS) {
                lines.append(waiting.remove());
                messages++;
            }
            writing = messages > 0;
            if (!writing) {
                idle.signalAll();
                return null;
            }
            return new Batch(lines.toString(), messages, lost);
        } finally {
            lock.unlock();
        }
    }

    private void written(Batch batch, boolean success) {
        lock.lock();
        try {
            characters -= batch.lines().length();
            lost += success ? -batch.lost() : batch.messages();
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more, and waits until all has been written, at most 5 s. */
    void close() {
        lock.lock();
        try {
            closed = true;
            long left = CLOSE_NANOS;
            while (writing && left > 0) {
                left = idle.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
