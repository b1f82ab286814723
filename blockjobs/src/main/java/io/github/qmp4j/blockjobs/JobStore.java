package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.record.FileJobStore;
import io.github.qmp4j.blockjobs.record.ForgetfulJobStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Where the steps of jobs are written down before they are taken, so that the process that comes after a crash learns what became of
 * each job, and starts none twice. One store serves all the VMs of a host, and has one owner at a time. Two {@link BlockJobs} on one QEMU
 * may share a store, but not a key: of two that call {@link BlockJobs#adoptOrStart} with one key at once, one may write over what the
 * other has recorded, and fail.
 *
 * <p>What a store promises:
 * <ul>
 *   <li>When the future of {@link #record} or {@link #forget} completes, the change is durable: neither the end of the
 *       process nor that of the machine undoes it. The step that it tells of is taken only after that.
 *   <li>When the future fails, the change may take effect later, or not. A later record of the same key may be tried; it is
 *       durable when its own future completes.
 *   <li>Changes of one key take effect in the order of the calls; only the newest record of a key is kept.
 *   <li>It never waits in the caller's thread, and never loses a call: each future completes, after {@link #close()} too.
 *   <li>All its methods may be called by any thread.
 * </ul>
 *
 * <p>What a store that fails does to a job: if {@link JobRecord.Step#INTENT} could not be recorded, nothing is sent to QEMU
 * and the start fails with {@link JobStoreException}. If {@link JobRecord.Verb#FINALIZE} could not, the job is cancelled and
 * {@link JobOutcome.End.Failed}. At any other step the job goes on, since it cannot be held up in QEMU, and its outcome names what
 * could not be recorded.
 *
 * <p>Futures complete in a thread of the store: code that hangs on one must be quick, or use {@code Async}.
 */
public interface JobStore extends AutoCloseable {

    /** Remembers nothing: after a restart of this process only what QEMU still has is known of a job. */
    static JobStore none() {
        return ForgetfulJobStore.ONLY;
    }

    /**
     * An append-only file of numbered and checksummed lines, on a local file system. Blocks until it has been read. A line that was
     * cut off by a crash is removed, and the log says so. Beside it lies a file of its name and {@code .lock}, which stays.
     *
     * <p>Lines that are missing in the middle are noticed, at the end they cannot be. A record fails when another program has
     * replaced the file, has written to it, or has given it a second name.
     *
     * @param path created with the mode 0600 if it does not exist; its folder must exist
     * @throws JobStoreException at once if another process, or this one, has it open; if it is damaged, or lacks lines; if it is no
     *     store, a link, or open to others; if it cannot be read or written
     */
    static JobStore file(Path path) {
        return FileJobStore.open(path);
    }

    /** Puts a record in the place of the older one of its key; fails with {@link JobStoreException}. */
    CompletableFuture<Void> record(JobRecord record);

    /** The newest record of a key; fails with {@link JobStoreException} when it cannot be read. */
    CompletableFuture<Optional<JobRecord>> find(JobKey key);

    /** The newest record of every key; fails with {@link JobStoreException} when any of them cannot be read. */
    CompletableFuture<List<JobRecord>> all();

    /** Removes the record of a key, so that its work can be started again; does nothing if there is none. */
    CompletableFuture<Void> forget(JobKey key);

    /**
     * Waits until what was given before is durable, and lets the next owner in. Called in a thread of the store it does not
     * wait, and both come soon after. A second call does nothing.
     */
    @Override
    void close();
}
