package io.github.qmp4j.blockjobs;

import io.github.qmp4j.event.EventSubscription;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A handle on one job. Safe for use by any thread. Every future is its caller's own copy: cancelling it does nothing to
 * the job. After the job has ended, every verb gives its outcome, or does nothing.
 */
public interface BlockJob {

    JobId id();

    /** What was last heard of it; does not ask QEMU. */
    JobInfo info();

    /** What it was started with; empty for a job that another client started. */
    Optional<BlockJobRequest> request();

    /**
     * Completes when a copy or an active commit is READY: source and target are in step.
     *
     * @return fails with {@link JobEndedException} when the job ends first, as a pull always does
     */
    CompletableFuture<BlockJob> ready();

    /** Completes exactly once, when the job has ended, however; it never fails. */
    CompletableFuture<JobOutcome> outcome();

    /**
     * Hears of changes: of the status at once, of the progress twice a second while there is a listener. Called one at a
     * time and off the event loop.
     *
     * @return ends when closed, or normally when the job has ended
     */
    EventSubscription onUpdate(Consumer<? super JobInfo> listener);

    /** {@code job-pause}; QEMU pauses when the requests in flight are done. Fails as a command does when QEMU refuses. */
    CompletableFuture<Void> pause();

    /**
     * {@code job-resume}, after a pause or an I/O error.
     *
     * @return fails with {@link BlockJobException} where QEMU would not survive it: before QEMU 6.2, for another client's
     *     copy or active commit that an error has paused after READY
     */
    CompletableFuture<Void> resume();

    /**
     * {@code block-job-set-speed}.
     *
     * @param bytesPerSecond 0 is unlimited; negative is refused
     */
    CompletableFuture<Void> setSpeed(long bytesPerSecond);

    /**
     * Makes the guest's writes to a copy's source wait for its target, with {@code block-job-change}: from then on the copy
     * gains on any guest, however much that writes. Completes when QEMU reports the job to be {@code actively-synced}, so
     * not before READY.
     *
     * @return fails with {@link BlockJobException} for any job but a copy, and where QEMU has no such command (before 8.2);
     *     with {@link JobEndedException} when the job ends first
     */
    CompletableFuture<Void> switchToActiveCopy();

    /**
     * Waits for READY, and switches the guest to the target with {@code job-complete}, between the hooks of
     * {@link JobSettings#pivotHooks()}. QEMU's reply is no proof; the outcome is. Before QEMU 6.2 another client's job whose
     * error policy is not {@code report} can take QEMU with it when its last flush fails; nothing tells such a policy.
     *
     * @return the outcome, whatever it is, also when QEMU does not answer or the session is lost; fails with
     *     {@link io.github.qmp4j.QmpCommandException} when QEMU refuses for good, and with {@link PivotHookException} when
     *     a hook fails
     */
    CompletableFuture<JobOutcome> pivot();

    /** The same between other hooks; completes when both are done. */
    CompletableFuture<JobOutcome> pivot(PivotHooks hooks);

    /**
     * Waits for READY, and ends the job with both sides in step and the guest on the source; resumes a paused job, and
     * fails as {@link #resume()} does where QEMU would not survive that.
     */
    CompletableFuture<JobOutcome> finishWithoutPivot();

    /**
     * Waits for PENDING, and lets a job that was started with {@link JobSettings#manualFinalize()}, or by another client in
     * such a way, carry out what it has prepared: what a pull or a commit wrote is flushed, the graph is looked at, the step is
     * recorded, and {@code job-finalize} is sent. QEMU's reply is no proof; the outcome is. Of jobs that are grouped in a transaction
     * one is enough for all.
     *
     * @return fails with {@link BlockJobException} for a job that is finalized without being asked, and with
     *     {@link io.github.qmp4j.QmpCommandException} when QEMU refuses. Where a step before fails, a job of ours is cancelled and
     *     {@link JobOutcome.End.Failed}; for one that is only observed this fails with the cause, and the job waits on
     */
    CompletableFuture<JobOutcome> finalizeJob();

    /**
     * {@code job-cancel}, also of a paused or READY job. A job that ends first wins: the outcome tells.
     *
     * @return fails with {@link BlockJobException} where QEMU would not survive it: before QEMU 6.2, for another client's
     *     copy or active commit that an error of its last flush has paused
     */
    CompletableFuture<JobOutcome> cancel();
}
