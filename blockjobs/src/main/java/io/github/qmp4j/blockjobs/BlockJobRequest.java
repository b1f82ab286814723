package io.github.qmp4j.blockjobs;

/** A job to be started. */
public sealed interface BlockJobRequest permits PullRequest, CommitRequest, CopyRequest {

    DiskRef disk();

    JobSettings settings();
}
