package io.github.qmp4j.blockjobs;

import io.github.qmp4j.client.QmpClient;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The block jobs of one QEMU. Safe for use by any thread.
 *
 * <p>A lost connection ends every open handle as {@link JobOutcome.End.Unknown}; QEMU's jobs go on.
 */
public interface BlockJobs extends AutoCloseable {

    /** Works through a session, which stays the caller's to close. */
    static BlockJobs of(QmpClient client, BlockJobOptions options) {
        return new MonitoredJobs(client, options);
    }

    /**
     * Starts a job: checks it against the chain as it is now, registers its handle, and only then sends the command.
     *
     * <p>Several jobs may work on one chain if none needs a node of another: pulls of parts that do not touch, and a pull below
     * what a commit works on. A copy and a commit of the active layer have their disk alone, and a commit has the topmost node
     * too. Of somebody else's job it is known only where it begins, so all below counts as its own.
     *
     * @return fails with {@link JobConflictException} when another job has what this one needs, with another
     *     {@link BlockJobException} when the request does not fit, and with
     *     {@link io.github.qmp4j.QmpException} when QEMU refuses or could not be asked: then there is no job. In doubt
     *     (no reply in time, connection lost) it gives a handle, whose outcome tells the rest
     */
    CompletableFuture<BlockJob> start(BlockJobRequest request);

    /**
     * What {@link #start} would do now. It makes all checks of a start, so that it fails like one. Nothing is changed: a
     * target that exists is opened for a moment to look at it, by a node that is removed again, and where files are to be
     * deleted or read a new one is made beside them for a moment.
     */
    CompletableFuture<JobPreview> preview(BlockJobRequest request);

    /**
     * The disks with their chains and jobs, as they are now. Those without a guest device are as they were when nodes could be
     * listed the last time: before QEMU 10.0 that is not while a pull exists, on 5.2 not while a backup does.
     */
    CompletableFuture<List<Disk>> disks();

    /** The chain of one disk; fails with {@link BlockChainException} when there is none of that name, or more. */
    CompletableFuture<BlockChain> chain(DiskRef disk);

    /** All jobs that QEMU has, also those that have ended and nobody has dismissed. */
    CompletableFuture<List<JobInfo>> list();

    /** A handle that only observes a job, which stays its owner's to dismiss; empty if QEMU has none of this id. */
    CompletableFuture<Optional<BlockJob>> attach(JobId id);

    /** A handle that takes a job over: when the job has ended it is dismissed. Empty if QEMU has none of this id. */
    CompletableFuture<Optional<BlockJob>> adopt(JobId id);

    /**
     * Dismisses the jobs of this library that have ended on a disk while nobody watched: they hold its chain until then.
     * They are known by the job-ids that the library makes.
     */
    CompletableFuture<List<JobOutcome>> collect(DiskRef disk);

    /** Ends every open handle as {@link JobOutcome.End.Unknown} and leaves QEMU's jobs alone. */
    @Override
    void close();
}
