package io.github.qmp4j.blockjobs;

import java.util.Optional;

/**
 * What is known of a job at one moment.
 *
 * @param ready whether READY has been reached
 * @param ioErrors how many I/O errors QEMU has reported for it
 * @param error what stopped it or made it fail, in QEMU's words; while it is {@link JobStatus#PAUSED_ON_ERROR} the
 *     I/O status; while it is READY, why QEMU refused what the request asks for then
 */
public record JobInfo(
        JobId id,
        JobType type,
        JobStatus status,
        boolean ready,
        JobProgress progress,
        long ioErrors,
        Optional<String> error) {

    /** The same where more errors have been reported. */
    JobInfo withIoErrors(long count) {
        return count == ioErrors ? this : new JobInfo(id, type, status, ready, progress, count, error);
    }
}
