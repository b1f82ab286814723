package io.github.qmp4j.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jspecify.annotations.Nullable;

/**
 * Plays what a few threads do in many orders of their steps, the same orders in each run. A switch between two threads can come
 * at each access to what they share. Where an order fails, all of its steps are shown.
 */
final class Schedules {
    private static final int ORDERS = Integer.getInteger("qmp4j.orders", Boolean.getBoolean("qmp4j.full") ? 5_000 : 40);

    private Schedules() {}

    /** @param play is done in each order, with new objects; it is small, so that the orders are many of all there are */
    static void play(Consumer<Crew> play) {
        play(ORDERS, play);
    }

    /** The same for what has many steps, so that an order takes long. */
    static void playLarge(Consumer<Crew> play) {
        play(ORDERS / 5, play);
    }

    private static void play(int orders, Consumer<Crew> play) {
        for (boolean played = false; !played; ) {
            try {
                Lincheck.runConcurrentTest(orders, () -> play.accept(new Crew()));
                played = true;
            } catch (LincheckAssertionError e) {
                if (!isOnlySlow(e)) {
                    throw e;
                }
            }
        }
    }

    /** Lincheck gives one order 20 s, and loads classes in the first; threads that wait for each other it shows with their steps. */
    private static boolean isOnlySlow(LincheckAssertionError failure) {
        String what = String.valueOf(failure.getMessage());
        return what.contains("has hung") && !what.contains("interleaving");
    }

    /** @param what is made only when it is wanted: in an order each step of making a text would be one */
    static void require(boolean holds, Supplier<String> what) {
        if (!holds) {
            throw new AssertionError(what.get());
        }
    }

    /** The threads of one order, and an executor whose tasks they run. None of them ever waits for a task. */
    static final class Crew implements Executor {
        private final List<Thread> threads = new ArrayList<>();
        /** Guarded by this. */
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        /** Called by the thread that plays, as {@link #worker} and {@link #finish}. */
        void thread(Runnable work) {
            Thread thread = new Thread(work);
            threads.add(thread);
            thread.start();
        }

        /** One more thread that runs the tasks that it finds. */
        void worker() {
            thread(this::work);
        }

        @Override
        public synchronized void execute(Runnable task) {
            tasks.add(task);
        }

        private synchronized @Nullable Runnable next() {
            return tasks.poll();
        }

        private void work() {
            for (Runnable task = next(); task != null; task = next()) {
                task.run();
            }
        }

        /** Waits for all threads, and runs what tasks they have left. */
        void finish() {
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            work();
        }
    }
}
