package io.github.qmp4j.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners for a supervisor's states. Safe for use by any thread; the order of the calls of {@link #tell} is kept. */
final class StateListeners {
    private static final Logger LOG = LoggerFactory.getLogger(StateListeners.class);

    /** A listener that is further behind misses the oldest states, and never the newest. */
    private static final int MOST_WAITING = 64;

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    /** Running the result ends it. */
    Runnable add(Consumer<? super MonitorState> action, Executor executor, MonitorState first) {
        Listener listener = new Listener(action, executor);
        listeners.add(listener);
        listener.offer(first);
        return () -> {
            listeners.remove(listener);
            listener.end();
        };
    }

    void tell(MonitorState state) {
        listeners.forEach(listener -> listener.offer(state));
    }

    private static final class Listener {
        private final Consumer<? super MonitorState> action;
        private final Executor executor;

        /** All guarded by this listener's own monitor. */
        private final Deque<MonitorState> waiting = new ArrayDeque<>();

        private boolean serving;
        private boolean ended;

        Listener(Consumer<? super MonitorState> action, Executor executor) {
            this.action = action;
            this.executor = executor;
        }

        synchronized void offer(MonitorState state) {
            if (ended) {
                return;
            }
            if (waiting.size() == MOST_WAITING) {
                waiting.removeFirst();
            }
            waiting.addLast(state);
            if (!serving) {
                serving = true;
                dispatch();
            }
        }

        /** A state that is being told to all at this moment may still come, and is passed over. */
        synchronized void end() {
            ended = true;
            waiting.clear();
        }

        private void dispatch() {
            executor.execute(this::serve);
        }

        private void serve() {
            for (MonitorState state = next(); state != null; state = next()) {
                try {
                    action.accept(state);
                } catch (Throwable e) {
                    LOG.error("a listener of a monitor's state failed; it still listens", e);
                }
            }
        }

        private synchronized @Nullable MonitorState next() {
            MonitorState state = waiting.pollFirst();
            serving = state != null;
            return state;
        }
    }
}
