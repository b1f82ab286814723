package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.engine.MonitoredJobs;
import io.github.qmp4j.blockjobs.engine.UserJobs;
import io.github.qmp4j.blockjobs.start.PivotGroup;
import io.github.qmp4j.client.QmpClient;
import io.github.qmp4j.client.QmpSupervisor;
import io.github.qmp4j.event.EventSubscription;
import io.github.qmp4j.threads.DaemonThreads;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The block jobs of one QEMU. Safe for use by any thread.
 *
 * <p>With {@link #of(QmpClient, BlockJobOptions)} a lost connection ends every open handle as {@link JobOutcome.End.Unknown};
 * with {@link #of(QmpSupervisor, BlockJobOptions)} the handles live on. QEMU's jobs go on in any case.
 */
public interface BlockJobs extends AutoCloseable {

    /** Works through a session, which stays the caller's to close, with {@link BlockJobOptions#defaults()}. */
    static BlockJobs of(QmpClient client) {
        return of(client, BlockJobOptions.defaults());
    }

    /** Works through a session, which stays the caller's to close. */
    static BlockJobs of(QmpClient client, BlockJobOptions options) {
        return new UserJobs(
                new MonitoredJobs(client, options, DaemonThreads.work()),
                client.options().callbacks());
    }

    /**
     * Works through the sessions of a supervisor, which stays the caller's to close. A handle lives through the loss of a
     * session: in the next one QEMU is asked where its job stands, and what was asked of the job and may have been lost is asked
     * again. A start that was under way is never sent again.
     *
     * <p>A handle ends as {@link JobOutcome.End.Unknown}, for good, when no session comes back within
     * {@link BlockJobOptions#reattachWindow()}, and when it is not certain that the QEMU that comes back is the same run of it.
     * Then {@link #adoptOrStart} with the key of the job, or {@link #adopt}, finds out more. To tell one run from the next,
     * {@link QemuInstance#of} leaves its marker in QEMU.
     */
    static BlockJobs of(QmpSupervisor supervisor, BlockJobOptions options) {
        return new UserJobs(
                MonitoredJobs.of(supervisor, options), supervisor.options().callbacks());
    }

    /**
     * Starts a job: checks it against the chain as it is now, registers its handle, and only then sends the command.
     *
     * <p>A pull and an intermediate commit wait in PENDING when their data is moved. In this order the data is then flushed, the
     * graph is looked at, the step is recorded, and the job is finalized. Where one of these fails, the job is cancelled and the outcome
     * is {@link JobOutcome.End.Failed}, with chain and headers as they were.
     *
     * <p>Several jobs may work on one chain if none needs a node of another: pulls of parts that do not touch, and a pull below
     * what a commit works on. A copy and a commit of the active layer have their disk alone, and a commit has the topmost node
     * too. What a foreign job holds is read from the graph.
     *
     * @return fails with {@link JobConflictException} when another job has what this one needs, with another
     *     {@link BlockJobException} when the request does not fit, and with
     *     {@link io.github.qmp4j.QmpException} when QEMU refuses or could not be asked: then there is no job. In doubt
     *     (no reply in time, connection lost) it gives a handle, whose outcome tells the rest
     */
    CompletableFuture<BlockJob> start(BlockJobRequest request);

    /**
     * The same for a caller that must know the job's id even if it never gets the handle, for example since its process is about to end.
     *
     * @param named hears the id once, when all checks have passed, before anything is made or sent for the job. It must be quick. What it
     *     throws fails the start, and nothing was done
     */
    CompletableFuture<BlockJob> start(BlockJobRequest request, Consumer<? super JobId> named);

    /**
     * What {@link #start} would do now. It makes all checks of a start, so that it fails like one. Nothing is changed: a
     * target that exists is opened for a moment to look at it, by a node that is removed again, and where files are to be
     * deleted or read a new one is made beside them for a moment.
     */
    CompletableFuture<JobPreview> preview(BlockJobRequest request);

    /**
     * Starts the jobs of several disks, one after another, each as {@link #start} does. Those with {@link WhenReady#PIVOT} wait
     * for each other at READY, and then are pivoted as by {@link #pivotTogether}.
     *
     * @return fails with {@link StartTogetherException} when one is not started; the others have been cancelled by then. All are
     *     checked before the first is started. With {@link BlockJobException}, and nothing started, where two requests are for one
     *     disk or name different hooks for the pivot
     */
    CompletableFuture<List<BlockJob>> startTogether(Collection<? extends BlockJobRequest> requests);

    /**
     * Waits until all of these jobs are READY, and pivots them one after another. No atomicity is claimed, since QEMU has none:
     * after the first that is not pivoted the rest are finished without a pivot, and stay on their source; so are all where
     * one ends before READY. Their outcome is {@link JobOutcome.End.Failed} with the cause, and the file of a copy is a leftover. What
     * cannot be finished is cancelled.
     *
     * @param hooks run once for all, around all the pivots; those of the requests are not run
     * @return one outcome for each job, in their order; fails with {@link BlockJobException} where a job never becomes READY,
     *     with {@link PivotHookException} where a hook fails (all stay READY when it is the first), and as
     *     {@link BlockJob#cancel()} does
     */
    static CompletableFuture<List<JobOutcome>> pivotTogether(Collection<? extends BlockJob> jobs, PivotHooks hooks) {
        try {
            return PivotGroup.of(jobs).pivot(hooks);
        } catch (BlockJobException refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    /**
     * Sees to it that the work of a key is done once, however often this is called, and by how many processes one after
     * another: it gives the handle of the job if there is one, takes over the one that QEMU still has, completes at once if it
     * has ended, or if the disk is already as it is to be, and starts the job only if it is proved that it never was.
     *
     * <p>The job-id is made from the key, so QEMU itself keeps a second start out while the job exists there, and a process that loses a
     * race for the start adopts the job; after that the
     * {@link BlockJobOptions#store() store} does, until {@link #forget}. Without a store this knows of a job only as long as
     * QEMU does, and of an end only what the graph shows: a copy that was not pivoted, and a job that failed, can then be started
     * again. Of a job that is adopted without a record only what QEMU says is known.
     *
     * <p>An outcome that no process saw and the graph does not prove is {@link JobOutcome.End.Unknown}, on each call again; then
     * look at the disk, and {@link #forget} the key to have the work started again.
     *
     * @return fails with {@link BlockJobException} when the work is done, but QEMU could not write to disk what it moved;
     *     with {@link JobConflictException} when the key stands for another request (only what is done at READY may differ, and
     *     settings other than the rules for bitmaps and plain text), or the job of its id is of another kind or on another disk,
     *     with {@link JobStoreException} when the store cannot be read, or the intent not written down: then nothing was started;
     *     for the rest as {@link #start}
     */
    CompletableFuture<BlockJob> adoptOrStart(JobKey key, BlockJobRequest request);

    /**
     * Removes what the store knows of a key, so that its work can be started again.
     *
     * @return fails with {@link JobConflictException} while QEMU still has the job
     */
    CompletableFuture<Void> forget(JobKey key);

    /**
     * Looks for jobs of this library that have no handle here, for work in the store that is not over, and for what jobs
     * have left behind; changes nothing. Call it when a process comes back, before anything is started.
     *
     * <p>Nodes and headers are looked at only while QEMU can be asked for its nodes, headers only while it has no job.
     *
     * @return fails with {@link JobStoreException} when the store cannot be read
     */
    CompletableFuture<List<Finding>> reconcile();

    /**
     * Does what the finding says; about all but jobs only if it is found again.
     *
     * @return the handle of a job, as {@link #adoptOrStart} gives it for a key and {@link #adopt} for others, and nothing for
     *     all else; fails with {@link BlockJobException} where only a person can help, or where it is no longer so, and as a
     *     command does
     */
    CompletableFuture<Optional<BlockJob>> resolve(Finding finding);

    /**
     * The disks with their chains and jobs, as they are now. QEMU before 10.0 can be asked for the files of nodes without a guest
     * device only where that cannot kill it: in a storage daemon without a pull (5.2: a backup), and where {@link #chain} or a start
     * names such a disk. Elsewhere these disks have node-names alone, or the files that were read of the same nodes earlier.
     */
    CompletableFuture<List<Disk>> disks();

    /** The chain of one disk; fails with {@link BlockChainException} when there is none of that name, or more. */
    CompletableFuture<BlockChain> chain(DiskRef disk);

    /** All jobs that QEMU has, also those that have ended and are not dismissed. */
    CompletableFuture<List<JobInfo>> list();

    /**
     * Hears of every job, another client's too: at first of all that there are, then of each new one and of each change of a
     * status, until it has ended. Nothing is asked about a job's progress for this. Called one at a time and off the event
     * loop; a slow listener misses what is outdated, never the last of a job.
     *
     * @return ends when closed, or normally when the connection ends
     */
    EventSubscription onJob(Consumer<? super JobInfo> listener);

    /** A handle that only observes a job, which stays its owner's to finalize and to dismiss; empty if QEMU has none of this id. */
    CompletableFuture<Optional<BlockJob>> attach(JobId id);

    /**
     * A handle that takes any job over: when the job has ended it is dismissed. A pull or an intermediate commit
     * that waits in PENDING, now or later, is finalized as {@link #start} does it; no id shows whether its client wanted it held, so
     * {@link #attach} to one that is to wait on. Empty if QEMU has none of this id.
     */
    CompletableFuture<Optional<BlockJob>> adopt(JobId id);

    /**
     * Dismisses the jobs of this library that have ended on a disk while no process watched: they hold its chain until then.
     * They are known by the job-ids that the library makes.
     */
    CompletableFuture<List<JobOutcome>> dismissEnded(DiskRef disk);

    /**
     * Ends every open handle as {@link JobOutcome.End.Unknown} and leaves QEMU's jobs alone. A pull or an intermediate commit
     * then waits in PENDING when its data is moved, and keeps its chain, until {@link #adoptOrStart} or {@link #adopt} takes it over.
     */
    @Override
    void close();
}
