package io.github.qmp4j.blockjobs;

/** A job to be started. */
public sealed interface BlockJobRequest permits PullRequest, CommitRequest, CopyRequest {

    DiskRef disk();

    JobSettings settings();

    /** What kind of job it starts. */
    JobType type();

    /** The verb at READY; a job that never becomes READY has {@link WhenReady#HOLD}. */
    default WhenReady whenReady() {
        return WhenReady.HOLD;
    }
}
