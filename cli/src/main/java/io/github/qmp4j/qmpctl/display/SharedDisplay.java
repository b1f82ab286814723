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

/** A {@link JobDisplay} that any thread may use. Its own thread, {@code qmpctl-display}, does the output in order. */
public final class SharedDisplay implements AutoCloseable {
    private static final int REDRAW_MS = 250;
    private static final int LAST_WORDS_S = 5;

    private final JobDisplay display;
    private final ScheduledExecutorService thread;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SharedDisplay(JobDisplay display) {
        this.display = display;
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "qmpctl-display");
            made.setDaemon(true);
            return made;
        });
        thread.scheduleAtFixedRate(display::tick, REDRAW_MS, REDRAW_MS, TimeUnit.MILLISECONDS);
    }

    /** The display that fits the output: JSON, a terminal, or plain lines. */
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
            // After close() an update has no reader.
            if (!closed.get()) {
                throw e;
            }
        }
    }

    /** Waits until all updates have been written. */
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
