package io.github.qmp4j.qmpctl.monitor;

import io.github.qmp4j.QmpOptions;
import io.github.qmp4j.blockjobs.BlockJob;
import io.github.qmp4j.blockjobs.BlockJobException;
import io.github.qmp4j.blockjobs.BlockJobOptions;
import io.github.qmp4j.blockjobs.BlockJobs;
import io.github.qmp4j.blockjobs.FileAccess;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.qmpctl.option.JobOptions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** One connection to the monitor, with its block jobs. */
public record Session(QmpClient client, BlockJobs jobs) implements AutoCloseable {

    public static CompletableFuture<Session> open(QmpCtl ctl) {
        return open(ctl, UnaryOperator.identity());
    }

    /** With changes to the options that the user gave. */
    public static CompletableFuture<Session> open(QmpCtl ctl, UnaryOperator<QmpOptions> change) {
        return open(ctl, change, UnaryOperator.identity());
    }

    /** For starting jobs with these options. */
    public static CompletableFuture<Session> open(QmpCtl ctl, JobOptions options) {
        return open(ctl, UnaryOperator.identity(), options::ofSession);
    }

    private static CompletableFuture<Session> open(
            QmpCtl ctl, UnaryOperator<QmpOptions> change, UnaryOperator<BlockJobOptions> ofJobs) {
        BlockJobOptions options = ofJobs.apply(BlockJobOptions.defaults().withFiles(FileAccess.local()));
        return QmpClient.connect(ctl.address(), ctl.options(change))
                .thenApply(client -> new Session(client, BlockJobs.of(client, options)));
    }

    /** The state of a job now. */
    public JobInfo info(JobId id) {
        return jobs.list().join().stream()
                .filter(job -> job.id().equals(id))
                .findFirst()
                .orElseThrow(() -> unknown(id));
    }

    /** A handle that only observes, and leaves the clean-up to the owner of the job. */
    public BlockJob observed(JobId id) {
        return known(id, jobs.attach(id).join());
    }

    /** A handle that cleans up after the end of the job. */
    public BlockJob owned(JobId id) {
        return known(id, jobs.adopt(id).join());
    }

    private static BlockJob known(JobId id, Optional<BlockJob> job) {
        return job.orElseThrow(() -> unknown(id));
    }

    private static BlockJobException unknown(JobId id) {
        return new BlockJobException("there is no job '%s'; `qmpctl jobs` lists the jobs".formatted(id));
    }

    /** Closes the session; the jobs go on. */
    @Override
    public void close() {
        jobs.close();
        client.close();
    }
}
