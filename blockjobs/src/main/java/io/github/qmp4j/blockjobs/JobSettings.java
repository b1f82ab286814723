package io.github.qmp4j.blockjobs;

import io.github.qmp4j.blockjobs.text.Bounds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What all requests have in common. Immutable; a {@code with} method gives a changed copy. */
public final class JobSettings {
    // Written only before the object is given out.
    private Optional<JobId> jobId = Optional.empty();
    private long speed;
    private ErrorPolicy onError = ErrorPolicy.REPORT;
    private BitmapRule bitmaps = BitmapRule.REFUSE;
    private Optional<Duration> stallTimeout = Optional.empty();
    private Optional<Duration> deadline = Optional.empty();
    private boolean manualFinalize;
    private boolean keepReleasedNodes;
    private boolean plainText;
    private PivotHooks pivotHooks = PivotHooks.NONE;

    private JobSettings() {}

    private JobSettings(JobSettings from) {
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

    private static final JobSettings DEFAULTS = new JobSettings();

    /** The defaults: no limits, errors reported, no bitmap dropped, no plain text. */
    public static JobSettings defaults() {
        return DEFAULTS;
    }

    private JobSettings changed(Consumer<JobSettings> change) {
        JobSettings copy = new JobSettings(this);
        change.accept(copy);
        return copy;
    }

    /** The job-id to use; one is made where none is given. */
    public Optional<JobId> jobId() {
        return jobId;
    }

    /** The same with another {@link #jobId()}. */
    public JobSettings withJobId(JobId id) {
        return changed(copy -> copy.jobId = Optional.of(id));
    }

    /** The limit in bytes per second; 0, the default, is unlimited. */
    public long speed() {
        return speed;
    }

    /** The same with another {@link #speed()}. */
    public JobSettings withSpeed(long bytesPerSecond) {
        return changed(copy -> copy.speed = Bounds.requireSpeed(bytesPerSecond));
    }

    /**
     * What to do on an I/O error; for a copy it counts for source and target. Default report. Before QEMU 6.2 a copy or an active
     * commit is refused any other than {@link ErrorPolicy#REPORT}, since QEMU would not survive the error.
     */
    public ErrorPolicy onError() {
        return onError;
    }

    /** The same with another {@link #onError()}. */
    public JobSettings withOnError(ErrorPolicy policy) {
        return changed(copy -> copy.onError = policy);
    }

    /** How persistent dirty bitmaps that the job would drop are treated; default refuse. */
    public BitmapRule bitmaps() {
        return bitmaps;
    }

    /** The same with another {@link #bitmaps()}. */
    public JobSettings withBitmaps(BitmapRule rule) {
        return changed(copy -> copy.bitmaps = rule);
    }

    /**
     * After how long without any progress {@link JobInfo#doubt()} says that the job has stalled; it runs on. What waits for the
     * user does not count: a pause, an I/O error that has stopped the job, READY or PENDING before a verb. Positive; empty, the
     * default, is never.
     */
    public Optional<Duration> stallTimeout() {
        return stallTimeout;
    }

    /** The same with another {@link #stallTimeout()}. */
    public JobSettings withStallTimeout(Duration limit) {
        return changed(copy -> copy.stallTimeout = Optional.of(Bounds.requirePositive("stallTimeout", limit)));
    }

    /**
     * How long after its start {@link JobInfo#doubt()} says that the job has not ended, whatever it waits for; it runs on.
     * Positive; empty, the default, is never.
     */
    public Optional<Duration> deadline() {
        return deadline;
    }

    /** The same with another {@link #deadline()}. */
    public JobSettings withDeadline(Duration limit) {
        return changed(copy -> copy.deadline = Optional.of(Bounds.requirePositive("deadline", limit)));
    }

    /**
     * Whether the job waits in PENDING until {@link BlockJob#finalizeJob()} is called, and only then is flushed and finalized;
     * default no. Only for a pull and for a commit below the active layer; any other is refused.
     */
    public boolean manualFinalize() {
        return manualFinalize;
    }

    /** The same with another {@link #manualFinalize()}. */
    public JobSettings withManualFinalize(boolean manual) {
        return changed(copy -> copy.manualFinalize = manual);
    }

    /**
     * Whether the nodes of released images stay in QEMU; default no, and those that were added by name are removed when nothing
     * uses them.
     */
    public boolean keepReleasedNodes() {
        return keepReleasedNodes;
    }

    /** The same with another {@link #keepReleasedNodes()}. */
    public JobSettings withKeepReleasedNodes(boolean kept) {
        return changed(copy -> copy.keepReleasedNodes = kept);
    }

    /** Whether the job may write in plain text what an image holds encrypted; default no, and such a job is refused. */
    public boolean plainText() {
        return plainText;
    }

    /** The same with another {@link #plainText()}. */
    public JobSettings withPlainText(boolean allowed) {
        return changed(copy -> copy.plainText = allowed);
    }

    /**
     * The hooks right before and after a pivot, whether {@link WhenReady#PIVOT} or {@link BlockJob#pivot()} begins it; default
     * nothing.
     */
    public PivotHooks pivotHooks() {
        return pivotHooks;
    }

    /** The same with another {@link #pivotHooks()}. */
    public JobSettings withPivotHooks(PivotHooks hooks) {
        return changed(copy -> copy.pivotHooks = hooks);
    }

    private List<Object> properties() {
        return List.of(
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JobSettings same && properties().equals(same.properties());
    }

    @Override
    public int hashCode() {
        return properties().hashCode();
    }

    @Override
    public String toString() {
        return "JobSettings" + properties();
    }
}
