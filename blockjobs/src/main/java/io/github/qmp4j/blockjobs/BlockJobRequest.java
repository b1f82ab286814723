package io.github.qmp4j.blockjobs;

/** A job to be started. */
public sealed interface BlockJobRequest permits PullRequest, CommitRequest, CopyRequest {

    DiskRef disk();

    JobSettings settings();

    /** What kind of job it starts. */
    JobType type();

    /** What is done at READY; a job that never becomes READY has nothing but {@link WhenReady#HOLD}. */
    default WhenReady whenReady() {
        return WhenReady.HOLD;
    }
}
