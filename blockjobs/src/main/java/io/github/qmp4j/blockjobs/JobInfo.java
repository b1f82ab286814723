package io.github.qmp4j.blockjobs;

import java.util.Optional;

/**
 * A snapshot of a job's state at one moment.
 *
 * @param ready whether READY has been reached
 * @param ioErrors how many I/O errors QEMU has reported for it
 * @param error what stopped it or made it fail, in QEMU's words; while it is {@link JobStatus#PAUSED_ON_ERROR} the
 *     I/O status, and where that was heard whether QEMU calls it an error of a read or of a write (of a pull, always of a
 *     read); while it is READY, why QEMU refused what the request asks for then
 * @param doubt why it may never come to its end; empty while nothing speaks for that, or where the request sets no limit
 * @param ioStatus QEMU's {@code io-status}, {@code ok}, {@code failed} or {@code nospace}, as it was last seen with the
 *     progress; empty before that
 */
public record JobInfo(
        JobId id,
        JobType type,
        JobStatus status,
        boolean ready,
        JobProgress progress,
        long ioErrors,
        Optional<String> error,
        Optional<Doubt> doubt,
        Optional<String> ioStatus) {}
