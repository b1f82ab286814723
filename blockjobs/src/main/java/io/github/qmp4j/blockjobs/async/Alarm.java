package io.github.qmp4j.blockjobs.async;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A task that runs after a delay unless it is cancelled; once cancelled, nothing keeps a reference to it. */
public final class Alarm {
    private final CompletableFuture<Boolean> due = new CompletableFuture<>();

    private Alarm() {}

    /** One that is off. */
    public static Alarm none() {
        Alarm alarm = new Alarm();
        alarm.off();
        return alarm;
    }

    public static Alarm after(Duration delay, Executor executor, Runnable action) {
        Alarm alarm = new Alarm();
        alarm.due
                .completeOnTimeout(true, delay.toMillis(), TimeUnit.MILLISECONDS)
                .thenAcceptAsync(
                        rings -> {
                            if (rings) {
                                action.run();
                            }
                        },
                        executor);
        return alarm;
    }

    /** Completed by hand it is taken out of the queue of the timers, which keeps a cancelled one. */
    public void off() {
        due.complete(false);
    }
}
