package io.github.qmp4j.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.qmp4j.QmpOptions;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever an executor does, each task runs once, and its giver hears of nothing. */
@Timeout(60)
class LosslessExecutorTest {
    private static final Executor REFUSING = task -> {
        throw new OutOfMemoryError("unable to create native thread: for the test");
    };

    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void aTaskThatNoThreadCanBeMadeForRunsOnceOneCan() {
        AtomicInteger asked = new AtomicInteger();
        ThreadFactory spare = task -> {
            if (asked.incrementAndGet() < 5) {
                throw new OutOfMemoryError("unable to create native thread: for the test");
            }
            return new Thread(task);
        };
        new LosslessExecutor(REFUSING, spare).execute(runs::incrementAndGet);
        await().until(() -> runs.get() == 1);
        assertThat(asked).hasValue(5);
    }

    /** As where all threads that it has are taken, and the queue has taken the task before a thread failed to start. */
    @Test
    void aTaskThatWaitsInAQueueAlthoughTheExecutorThrewRunsOnce() throws Exception {
        LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
        Executor queues = task -> {
            queue.add(task);
            REFUSING.execute(task);
        };
        LosslessExecutor.of(queues).execute(runs::incrementAndGet);
        await().until(() -> runs.get() == 1);
        queue.take().run();
        assertThat(runs).hasValue(1);
    }

    @Test
    void aPoolThatCannotMakeItsThreadsLosesNothing() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(4, 4, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    throw new OutOfMemoryError("unable to create native thread: for the test");
                });
        Executor lossless = LosslessExecutor.of(pool);
        for (int i = 0; i < 100; i++) {
            lossless.execute(runs::incrementAndGet);
        }
        await().until(() -> runs.get() == 100);
    }

    @Test
    void anExceptionOfATaskThatRunsInPlaceDoesNotReachItsGiver() {
        LosslessExecutor.of(Runnable::run).execute(() -> {
            runs.incrementAndGet();
            throw new IllegalStateException("for the test");
        });
        assertThat(runs).hasValue(1);
    }

    @Test
    void optionsWithTheSameExecutorAreEqual() {
        ExecutorService one = Executors.newSingleThreadExecutor();
        try {
            QmpOptions options = QmpOptions.defaults().withCallbacks(one);
            assertThat(QmpOptions.defaults().withCallbacks(options.callbacks())).isEqualTo(options);
            assertThat(QmpOptions.defaults().withCallbacks(one)).isEqualTo(options);
            assertThat(QmpOptions.defaults()).isNotEqualTo(options);
        } finally {
            one.shutdown();
        }
    }
}
