package io.github.qmp4j.blockjobs;

import java.util.Optional;

/**
 * What all requests have in common.
 *
 * @param jobId the job-id to use; one is made where none is given
 * @param speed the limit in bytes per second; 0 is unlimited
 * @param onError what to do on an I/O error; for a copy it counts for source and target
 */
public record JobSettings(Optional<JobId> jobId, long speed, ErrorPolicy onError) {

    public static final JobSettings DEFAULT = new JobSettings(Optional.empty(), 0, ErrorPolicy.REPORT);

    public JobSettings {
        requireSpeed(speed);
    }

    static void requireSpeed(long speed) {
        if (speed < 0) {
            throw new IllegalArgumentException(
                    "the speed (%d bytes/s) must not be negative; 0 is unlimited".formatted(speed));
        }
    }

    public JobSettings withJobId(JobId newJobId) {
        return new JobSettings(Optional.of(newJobId), speed, onError);
    }

    public JobSettings withSpeed(long bytesPerSecond) {
        return new JobSettings(jobId, bytesPerSecond, onError);
    }

    public JobSettings withOnError(ErrorPolicy policy) {
        return new JobSettings(jobId, speed, policy);
    }
}
