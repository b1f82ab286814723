package io.github.qmp4j.blockjobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.qmp4j.QmpAddress;
import io.github.qmp4j.QmpObserver;
import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.JobOutcome.End;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.testkit.RealQemu;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each step of a job is on a slow disk before the command that it tells of is sent. */
@Timeout(600)
class JobRecorderTest {
    private static final Set<String> COMMANDS = Set.of(
            "block-stream",
            "block-commit",
            "drive-mirror",
            "blockdev-create",
            "blockdev-mirror",
            "job-complete",
            "block-job-cancel",
            "job-cancel",
            "job-finalize",
            "job-dismiss");
    private static final Executor LATER = CompletableFuture.delayedExecutor(40, TimeUnit.MILLISECONDS);

    private final List<String> steps = Collections.synchronizedList(new ArrayList<>());
    private final SmallDisk disk = SmallDisk.create();

    @AfterEach
    void clean() {
        disk.close();
    }

    @ParameterizedTest
    @CsvSource({
        "PULL, INTENT block-stream STARTED ENDING job-finalize CONCLUDED job-dismiss DISMISSED CLEANED told",
        "INTERMEDIATE_COMMIT, INTENT block-commit STARTED ENDING job-finalize CONCLUDED job-dismiss DISMISSED CLEANED told",
        "COMMIT_AND_PIVOT, INTENT block-commit STARTED READY ENDING job-complete CONCLUDED job-dismiss DISMISSED CLEANED told",
        "COPY_AND_PIVOT, INTENT drive-mirror STARTED READY ENDING job-complete CONCLUDED job-dismiss DISMISSED CLEANED told",
        "COPY_AND_FINISH, INTENT drive-mirror STARTED READY ENDING block-job-cancel CONCLUDED job-dismiss DISMISSED CLEANED told"
    })
    void areOnTheDiskBeforeTheyAreTaken(Life life, String expected) throws Exception {
        JobOutcome outcome = played(life.fast(disk.folder()), BlockJob::outcome);
        assertThat(outcome.completed()).as("%s", outcome).isTrue();
        assertThat(steps()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "PULL, INTENT block-stream STARTED ENDING job-cancel CONCLUDED job-dismiss DISMISSED CLEANED told",
        "COMMIT_AND_PIVOT, INTENT block-commit STARTED ENDING job-cancel CONCLUDED job-dismiss DISMISSED CLEANED told"
    })
    void areOnTheDiskBeforeACancelToo(Life life, String expected) throws Exception {
        JobOutcome outcome = played(life.slow(disk.folder()), BlockJob::cancel);
        assertThat(outcome.end()).as("%s", outcome).isInstanceOf(End.Cancelled.class);
        assertThat(steps()).isEqualTo(expected);
    }

    /** So that somebody knows of the file if that is all that there ever is. */
    @Test
    void areOnTheDiskBeforeATargetIsMade() throws Exception {
        CopyRequest copy = (CopyRequest) Life.COPY_AND_PIVOT.fast(disk.folder());
        assertThat(played(copy.withEngine(CopyEngine.BLOCKDEV_MIRROR), BlockJob::outcome)
                        .pivoted())
                .isTrue();
        assertThat(steps())
                .startsWith("INTENT blockdev-create job-dismiss blockdev-mirror STARTED READY ENDING job-complete");
    }

    /** A verb that QEMU refuses for a while is asked again, and written down once. */
    private String steps() {
        return String.join(" ", steps.stream().distinct().toList());
    }

    private JobOutcome played(BlockJobRequest request, Function<BlockJob, CompletableFuture<JobOutcome>> verb)
            throws Exception {
        QmpObserver commands = new QmpObserver() {
            @Override
            public void commandStarted(String command) {
                if (COMMANDS.contains(command)) {
                    steps.add(command);
                }
            }
        };
        try (RealQemu qemu = disk.start();
                JobStore file = JobStore.file(disk.path("jobs"));
                QmpClient client = get(QmpClient.connect(
                        new QmpAddress.Unix(qemu.monitor()),
                        QmpOptions.defaults().withObservers(List.of(commands))));
                BlockJobs jobs = BlockJobs.of(client, BlockJobOptions.defaults().withStore(new Slow(file)))) {
            JobOutcome outcome = get(verb.apply(get(jobs.adoptOrStart(Life.KEY, request))));
            steps.add("told");
            assertThat(get(file.find(Life.KEY)).orElseThrow().outcome()).hasValue(outcome);
            return outcome;
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(3, TimeUnit.MINUTES);
    }

    /** A store on a disk that takes its time: one record after another. */
    private final class Slow extends PassingStore {
        private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

        Slow(JobStore store) {
            super(store);
        }

        @Override
        public synchronized CompletableFuture<Void> record(JobRecord record) {
            last = last.thenCompose(before -> super.record(record))
                    .thenRunAsync(() -> steps.add(record.step().name()), LATER);
            return last;
        }
    }
}
