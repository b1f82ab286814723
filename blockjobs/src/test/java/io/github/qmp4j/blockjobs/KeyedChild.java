package io.github.qmp4j.blockjobs;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.client.QmpClient;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process that has the work of a key done, as an orchestrator would: says {@code record N} before and {@code recorded N} after
 * each step is written down, waits for ever where it is told to, and says the outcome.
 */
final class KeyedChild {
    private KeyedChild() {}

    /** The monitor, the store, the folder of the disk, its {@link Life}, and where to wait, for example {@code "record 3"}. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[2]);
        BlockJobRequest request = Life.valueOf(arguments[3]).slow(folder);
        try (JobStore file = JobStore.file(Path.of(arguments[1]));
                QmpClient client = QmpClient.connect(new QmpAddress.Unix(Path.of(arguments[0])), QmpOptions.defaults())
                        .get(3, TimeUnit.MINUTES);
                BlockJobs jobs =
                        BlockJobs.of(client, BlockJobOptions.defaults().withStore(new Halting(file, arguments[4])))) {
            System.out.println("open");
            BlockJob job = jobs.adoptOrStart(Life.KEY, request).get(3, TimeUnit.MINUTES);
            System.out.println("handle");
            JobOutcome outcome = job.outcome().get(3, TimeUnit.MINUTES);
            System.out.println("outcome " + outcome.end().getClass().getSimpleName() + " " + outcome.head() + " "
                    + outcome.leftovers());
        }
    }

    /** A store that says what it is about to do, and goes no further than it is told. */
    private static final class Halting extends PassingStore {
        private final String where;

        Halting(JobStore store, String where) {
            super(store);
            this.where = where;
        }

        @Override
        public CompletableFuture<Void> record(JobRecord record) {
            CompletableFuture<Void> never = new CompletableFuture<>();
            if (say("record " + record.step())) {
                return never;
            }
            return super.record(record)
                    .thenCompose(
                            done -> say("recorded " + record.step()) ? never : CompletableFuture.completedFuture(null));
        }

        private boolean say(String place) {
            System.out.println(place);
            return place.equals(where);
        }
    }
}
