package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.Bounds;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What all requests have in common.
 *
 * @param jobId the job-id to use; one is made where none is given
 * @param speed the limit in bytes per second; 0 is unlimited
 * @param onError what to do on an I/O error; for a copy it counts for source and target. Before QEMU 6.2 a copy or an
 *     active commit is refused any other than {@link ErrorPolicy#REPORT}, since QEMU would not survive the error
 * @param bitmaps what is done about persistent dirty bitmaps that the job would drop; default refuse
 * @param stallTimeout after how long without any progress {@link JobInfo#doubt()} says that the job has stalled; it runs
 *     on. What waits for the user does not count: a pause, an I/O error that has stopped the job, READY or PENDING before a
 *     verb. Empty is never
 * @param deadline how long after its start {@link JobInfo#doubt()} says that the job has not ended, whatever it waits for;
 *     it runs on. Empty is never
 * @param manualFinalize whether the job waits in PENDING until {@link BlockJob#finalizeJob()} is called, and only then is flushed
 *     and finalized; only for a pull and for a commit below the active layer, any other is refused
 * @param keepReleasedNodes whether the nodes of released images stay in QEMU; otherwise those that were added by name are removed
 *     when nothing uses them
 * @param plainText whether the job may write in plain text what an image holds encrypted; default false, and such a job is
 *     refused
 * @param pivotHooks what is done right before and after a pivot, whether {@link WhenReady#PIVOT} or {@link BlockJob#pivot()}
 *     begins it
 */
public record JobSettings(
        Optional<JobId> jobId,
        long speed,
        ErrorPolicy onError,
        BitmapRule bitmaps,
        Optional<Duration> stallTimeout,
        Optional<Duration> deadline,
        boolean manualFinalize,
        boolean keepReleasedNodes,
        boolean plainText,
        PivotHooks pivotHooks) {

    public static final JobSettings DEFAULT = new JobSettings(
            Optional.empty(),
            0,
            ErrorPolicy.REPORT,
            BitmapRule.REFUSE,
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            false,
            PivotHooks.NONE);

    public JobSettings {
        Bounds.requireSpeed(speed);
        stallTimeout.ifPresent(limit -> Bounds.requirePositive("stallTimeout", limit));
        deadline.ifPresent(limit -> Bounds.requirePositive("deadline", limit));
    }

    /** The defaults with some changed, for example {@code JobSettings.with(s -> s.speed = 50 << 20)}. */
    public static JobSettings with(Consumer<? super Builder> change) {
        return DEFAULT.changed(change);
    }

    public JobSettings withJobId(JobId newJobId) {
        return changed(settings -> settings.jobId = Optional.of(newJobId));
    }

    public JobSettings withSpeed(long bytesPerSecond) {
        return changed(settings -> settings.speed = bytesPerSecond);
    }

    public JobSettings withOnError(ErrorPolicy policy) {
        return changed(settings -> settings.onError = policy);
    }

    public JobSettings withBitmaps(BitmapRule rule) {
        return changed(settings -> settings.bitmaps = rule);
    }

    public JobSettings withStallTimeout(Duration limit) {
        return changed(settings -> settings.stallTimeout = Optional.of(limit));
    }

    public JobSettings withDeadline(Duration limit) {
        return changed(settings -> settings.deadline = Optional.of(limit));
    }

    public JobSettings withManualFinalize() {
        return changed(settings -> settings.manualFinalize = true);
    }

    public JobSettings withReleasedNodesKept() {
        return changed(settings -> settings.keepReleasedNodes = true);
    }

    public JobSettings allowingPlainText() {
        return changed(settings -> settings.plainText = true);
    }

    public JobSettings withPivotHooks(PivotHooks hooks) {
        return changed(settings -> settings.pivotHooks = hooks);
    }

    private JobSettings changed(Consumer<? super Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /** The settings on their way; the fields mean what the record's components of the same name do. */
    public static final class Builder {
        public Optional<JobId> jobId;
        public long speed;
        public ErrorPolicy onError;
        public BitmapRule bitmaps;
        public Optional<Duration> stallTimeout;
        public Optional<Duration> deadline;
        public boolean manualFinalize;
        public boolean keepReleasedNodes;
        public boolean plainText;
        public PivotHooks pivotHooks;

        private Builder(JobSettings from) {
            jobId = from.jobId;
            speed = from.speed;
            onError = from.onError;
            bitmaps = from.bitmaps;
            stallTimeout = from.stallTimeout;
            deadline = from.deadline;
            manualFinalize = from.manualFinalize;
            keepReleasedNodes = from.keepReleasedNodes;
            plainText = from.plainText;
            pivotHooks = from.pivotHooks;
        }

        private JobSettings build() {
            return new JobSettings(
                    jobId,
                    speed,
                    onError,
                    bitmaps,
                    stallTimeout,
                    deadline,
                    manualFinalize,
                    keepReleasedNodes,
                    plainText,
                    pivotHooks);
        }
    }
}
