package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;

/**
 * The outcome of a job that has ended, proved from the job's own result and from the block graph.
 *
 * @param head which side the guest's disk is on
 * @param progress the last that was seen
 * @param released images that the disk no longer uses, and that no other disk, node, job or export of this QEMU uses. Other
 *     processes may use them, unless {@code filesChecked}; and other images, that are open nowhere, may stand on them. With
 *     {@link JobSettings#keepReleasedNodes()} QEMU still holds the files of those that were added by name
 * @param filesChecked whether the files of all released images were looked at too, by {@link BlockJobOptions#files()}: none
 *     is, by another name or link, the file of an image that this QEMU uses, and no other process holds QEMU's image locks on
 *     it. An image that was opened with {@code locking=off} has no locks. False where that is not proved, for example for the
 *     files of a container
 * @param invalidated images whose contents no longer mean what they did: what lay between top and base of a commit, also
 *     of one that failed
 * @param leftovers what the job made and what is still there, for example the file of a copy that was cancelled
 * @param size how large the guest's disk was and is; empty where it cannot be known, and for a job that was only met
 * @param plainText whether the job has written, or may have, in plain text what an image holds encrypted
 */
public record JobOutcome(
        JobId job,
        End end,
        Head head,
        JobProgress progress,
        List<BlockNode> released,
        boolean filesChecked,
        List<BlockNode> invalidated,
        List<Leftover> leftovers,
        Optional<DiskSize> size,
        boolean plainText) {

    public JobOutcome {
        released = List.copyOf(released);
        invalidated = List.copyOf(invalidated);
        leftovers = List.copyOf(leftovers);
    }

    /** One of a disk whose size cannot be known, of which no files were checked, and that has written nothing in plain text. */
    public JobOutcome(
            JobId job,
            End end,
            Head head,
            JobProgress progress,
            List<BlockNode> released,
            List<BlockNode> invalidated,
            List<Leftover> leftovers) {
        this(job, end, head, progress, released, false, invalidated, leftovers, Optional.empty(), false);
    }

    /** How it ended. */
    public sealed interface End {

        /**
         * The job did all that was asked of it, and what it moved and the header that it rewrote have been flushed to disk; a copy or
         * active commit may have been finished without a pivot.
         */
        record Completed() implements End {}

        /** It was cancelled, by this side or by another client. */
        record Cancelled() implements End {}

        /** It failed; the guest's disk may have been switched all the same, see {@link JobOutcome#head()}. */
        record Failed(String error) implements End {}

        /** It cannot be proved how it ended; the evidence says what is known. Nothing may be deleted. */
        record Unknown(String evidence) implements End {}
    }

    /** Which side the guest's disk is on. */
    public enum Head {
        /** The node that was the active layer when the job started. */
        SOURCE,
        /** The copy, or the base of an active commit. */
        TARGET,
        UNKNOWN
    }

    /** Whether the job did all that was asked of it: the one end after which images may be deleted. */
    public boolean completed() {
        return end instanceof End.Completed;
    }

    /** Whether it failed; {@link #error()} says why. */
    public boolean failed() {
        return end instanceof End.Failed;
    }

    /** Whether it was cancelled, by this side or by another client. */
    public boolean cancelled() {
        return end instanceof End.Cancelled;
    }

    /** Whether it cannot be proved how it ended; then nothing may be deleted. */
    public boolean unknown() {
        return end instanceof End.Unknown;
    }

    /**
     * This outcome, if the job completed.
     *
     * @throws JobOutcomeException with this outcome, if it was cancelled, failed, or is unknown
     */
    public JobOutcome orElseThrow() {
        if (!completed()) {
            throw new JobOutcomeException(this);
        }
        return this;
    }

    /** Whether the job completed and the guest's disk is on the target. */
    public boolean pivoted() {
        return completed() && head == Head.TARGET;
    }

    /** Why it failed, in QEMU's words or in ours; empty where it did not. What is known of an unknown end, {@link End.Unknown} tells. */
    public Optional<String> error() {
        return end instanceof End.Failed failed ? Optional.of(failed.error()) : Optional.empty();
    }
}
