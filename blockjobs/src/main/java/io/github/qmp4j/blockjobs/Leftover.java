package io.github.qmp4j.blockjobs;

/**
 * Something that a job has made, or was to delete, and that is still there, or that the store still has wrong.
 *
 * @param name the path, the node-name, the job-id, node-name and name of a bitmap, or the key
 * @param why why it is still there
 */
public record Leftover(Kind kind, String name, String why) {

    /** What it is. */
    public enum Kind {
        /** A dirty bitmap, named {@code NODE/NAME}. */
        BITMAP,
        FILE,
        NODE,
        JOB,
        /** A step that the {@link JobStore} does not know of. */
        RECORD
    }
}
