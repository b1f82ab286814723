package io.github.qmp4j.blockjobs;

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
 */
public record JobSettings(Optional<JobId> jobId, long speed, ErrorPolicy onError, BitmapRule bitmaps) {

    public static final JobSettings DEFAULT =
            new JobSettings(Optional.empty(), 0, ErrorPolicy.REPORT, BitmapRule.REFUSE);

    public JobSettings {
        requireSpeed(speed);
    }

    static void requireSpeed(long speed) {
        if (speed < 0) {
            throw new IllegalArgumentException(
                    "the speed (%d bytes/s) must not be negative; 0 is unlimited".formatted(speed));
        }
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

        private Builder(JobSettings from) {
            jobId = from.jobId;
            speed = from.speed;
            onError = from.onError;
            bitmaps = from.bitmaps;
        }

        private JobSettings build() {
            return new JobSettings(jobId, speed, onError, bitmaps);
        }
    }
}
