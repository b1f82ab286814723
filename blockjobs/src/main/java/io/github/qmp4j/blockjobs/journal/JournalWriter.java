package io.github.qmp4j.blockjobs.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that writes to the file: what comes while it waits for the disk goes there together, the next time. */
final class JournalWriter {
    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);
    private static final int MOST_WAITING = 10_000;

    private record Waiting(JournalLine line, CompletableFuture<Void> written) {}

    private final Path path;
    /** Both belong to the thread, from its start to its end. */
    private final JournalLock owner;

    private final JournalFile file;

    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Both guarded by the lock. */
    private List<Waiting> waiting = new ArrayList<>();

    private boolean ended;
    private final AtomicLong synced = new AtomicLong();

    JournalWriter(Path path, JournalLock owner, JournalFile file) {
        this.path = path;
        this.owner = owner;
        this.file = file;
        this.thread = new Thread(this::run, "job-store " + path.getFileName());
        thread.setDaemon(true);
        thread.start();
    }

    CompletableFuture<Void> write(JournalLine line) {
        lock.lock();
        try {
            if (ended) {
                return failed("it is closed");
            }
            if (waiting.size() >= MOST_WAITING) {
                return failed(MOST_WAITING + " records wait for the disk already");
            }
            CompletableFuture<Void> written = new CompletableFuture<>();
            waiting.add(new Waiting(line, written));
            changed.signal();
            return written.copy();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing more come, and waits until all is written and the file is let go. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        awaitEnd();
    }

    private void awaitEnd() {
        boolean interrupted = false;
        // Code that hangs on a record may close the store, from the thread that writes.
        while (thread.isAlive() && !Thread.currentThread().equals(thread)) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // The program that closes the store may open it again at once.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    long synced() {
        return synced.get();
    }

    private void run() {
        for (List<Waiting> batch = next(); !batch.isEmpty(); batch = next()) {
            write(batch);
        }
        try (owner) {
            file.close();
        } catch (IOException e) {
            LOG.warn("the job store {} was not closed well: {}", path, e.toString());
        }
    }

    /** What has come since the last time; empty at the end. */
    private List<Waiting> next() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !ended) {
                changed.awaitUninterruptibly();
            }
            List<Waiting> batch = waiting;
            waiting = new ArrayList<>();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void write(List<Waiting> batch) {
        try {
            file.append(batch.stream().map(Waiting::line).toList());
        } catch (IOException | RuntimeException | Error e) {
            JournalException failure = new JournalException(
                    sentence(e.getMessage() + "; mend that, and the next record is written again"), e);
            LOG.warn("{}", failure.getMessage());
            batch.forEach(one -> one.written().completeExceptionally(failure));
            return;
        }
        synced.incrementAndGet();
        batch.forEach(one -> one.written().complete(null));
        file.compactIfDue();
    }

    private CompletableFuture<Void> failed(String why) {
        return CompletableFuture.failedFuture(new JournalException(sentence(why)));
    }

    private String sentence(String why) {
        return "the job store '%s' could not be written to: %s".formatted(path, why);
    }
}
