package io.github.qmp4j.qmpctl.watch;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * The actions of signals: SIGINT and SIGTERM run {@code first} once and then {@code second}, SIGHUP runs {@code second},
 * SIGUSR1 runs {@code report}. Each runs on its own thread.
 */
public record Interrupts(Runnable first, Runnable second, Runnable report) {

    /** Runs the work with these handlers, and then restores the earlier ones. */
    public <T> T during(Supplier<T> work) {
        AtomicInteger count = new AtomicInteger();
        Runnable interrupt = () -> (count.getAndIncrement() == 0 ? first : second).run();
        Map<String, @Nullable Object> before = new HashMap<>();
        before.put("INT", Signals.register("INT", interrupt));
        before.put("TERM", Signals.register("TERM", interrupt));
        before.put("HUP", Signals.register("HUP", second));
        before.put("USR1", Signals.register("USR1", report));
        try {
            return work.get();
        } finally {
            before.forEach(Interrupts::putBack);
        }
    }

    private static void putBack(String signal, @Nullable Object handler) {
        if (handler != null) {
            Signals.unregister(signal, handler);
        }
    }
}
