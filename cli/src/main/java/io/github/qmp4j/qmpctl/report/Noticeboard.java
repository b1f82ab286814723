package io.github.qmp4j.qmpctl.report;

import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A {@link Board} that any thread may write on; one thread of its own, {@code qmpctl-board}, does it in order. */
public final class Noticeboard implements AutoCloseable {
    private static final int REDRAW_MS = 250;
    private static final int LAST_WORDS_S = 5;

    private final Board board;
    private final ScheduledExecutorService thread;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Noticeboard(Board board) {
        this.board = board;
        this.thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread made = new Thread(work, "qmpctl-board");
            made.setDaemon(true);
            return made;
        });
        thread.scheduleAtFixedRate(board::tick, REDRAW_MS, REDRAW_MS, TimeUnit.MILLISECONDS);
    }

    /** The board that suits where the output goes. */
    public static Noticeboard on(Console console, Screen screen) {
        if (console.json()) {
            return new Noticeboard(new JsonBoard(console));
        }
        return new Noticeboard(
                screen.terminal() ? new LiveBoard(console, screen) : new PlainBoard(console, System::nanoTime));
    }

    public void show(Sight sight) {
        post(to -> to.show(sight));
    }

    public void show(JobResult result) {
        post(to -> to.show(result));
    }

    public void say(String sentence) {
        post(to -> to.say(sentence));
    }

    public void report() {
        post(Board::report);
    }

    private void post(Consumer<Board> notice) {
        try {
            thread.execute(() -> notice.accept(board));
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
