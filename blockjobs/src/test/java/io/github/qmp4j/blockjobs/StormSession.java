package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A program that has a job in a storm of errors, see {@link ErrorStormTest}. Its user may hang: then the only thread for
 * callbacks is blocked by a listener until the storm is over.
 */
final class StormSession {
    private StormSession() {}

    /**
     * Runs it.
     *
     * @param arguments the socket, for how many seconds it is to be calm first, and whether the user hangs
     */
    public static void main(String[] arguments) throws Exception {
        boolean userHangs = Boolean.parseBoolean(arguments[2]);
        ExecutorService callbacks = userHangs ? Executors.newSingleThreadExecutor() : Executors.newCachedThreadPool();
        CountDownLatch over = new CountDownLatch(1);
        try (QmpClient client = QmpClient.connect(
                        QmpAddress.parse("unix:" + arguments[0]),
                        QmpOptions.defaults().withCallbacks(callbacks))
                .get(3, TimeUnit.MINUTES)) {
            BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults());
            BlockJob job = jobs.start(ScriptedVm.COMMIT).get(3, TimeUnit.MINUTES);
            Latencies calm = Latencies.measureFor(Duration.ofSeconds(Long.parseLong(arguments[1])), client);
            if (userHangs) {
                job.onUpdate(info -> hang(over));
            }
            client.execute(QmpCommand.of("begin")).get(3, TimeUnit.MINUTES);
            EventLoopTime loops = new EventLoopTime();
            Latencies storm = Latencies.measureWhile(() -> !loops.during(() -> isOver(client)), client);
            over.countDown();
            JobOutcome outcome = job.outcome().get(3, TimeUnit.MINUTES);
            System.out.println("worked=" + loops.longest());
            System.out.println("report=calm: " + calm + "; storm: " + storm + "; " + outcome.end() + ", "
                    + job.info().ioErrors() + " errors counted");
            System.out.println("end=" + outcome.end().getClass().getSimpleName());
            System.out.println("errors=" + job.info().ioErrors());
        }
        callbacks.shutdownNow();
    }

    private static boolean isOver(QmpClient client) {
        return client.execute(QmpCommand.of("is-over")).join().asBoolean();
    }

    private static void hang(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
