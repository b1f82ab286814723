package io.github.qmp4j.blockjobs;

/** Why it is in doubt whether a job will come to its end. It runs all the same, nothing was done to it. */
public enum Doubt {
    /** It has made no progress for as long as {@link JobSettings#stallTimeout()} says; this is over when it makes some. */
    STALLED,
    /** It has not ended within {@link JobSettings#deadline()}. */
    DEADLINE_PASSED
}
