package io.github.qmp4j.qmpctl.display;

import io.github.qmp4j.qmpctl.output.Console;
import io.github.qmp4j.qmpctl.output.Screen;
import io.github.qmp4j.qmpctl.report.JobResult;
import io.github.qmp4j.qmpctl.report.JobSnapshot;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A {@link JobDisplay} that any thread may write on; one thread of its own, {@code qmpctl-board}, does it in order. */
public final class SharedDisplay implements AutoCloseable {
    private static final int REDRAW_MS = 250;
    private static final int LAST_WORDS_S = 5;

    private final JobDisplay display;
    private final ScheduledExecutorService thread;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SharedDisplay(JobDisplay display) {
        this.display = display;
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "qmpctl-board");
            made.setDaemon(true);
            return made;
        });
        thread.scheduleAtFixedRate(display::tick, REDRAW_MS, REDRAW_MS, TimeUnit.MILLISECONDS);
    }

    /** The board that suits where the output goes. */
    public static SharedDisplay on(Console console, Screen screen) {
        if (console.json()) {
            return new SharedDisplay(new JsonDisplay(console));
        }
        return new SharedDisplay(
                screen.terminal() ? new LiveDisplay(console, screen) : new PlainDisplay(console, System::nanoTime));
    }

    public void show(JobSnapshot snapshot) {
        post(to -> to.show(snapshot));
    }

    public void show(JobResult result) {
        post(to -> to.show(result));
    }

    public void say(String sentence) {
        post(to -> to.say(sentence));
    }

    public void report() {
        post(JobDisplay::report);
    }

    private void post(Consumer<JobDisplay> notice) {
        try {
            thread.execute(() -> notice.accept(display));
        } catch (RejectedExecutionException e) {
            // Closed: a job that still has news has lost its reader.
            if (!closed.get()) {
                throw e;
            }
        }
    }

    /** Waits until all that was posted has been written. */
    @Override
    public void close() {
        closed.set(true);
        thread.shutdown();
        try {
            thread.awaitTermination(LAST_WORDS_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
