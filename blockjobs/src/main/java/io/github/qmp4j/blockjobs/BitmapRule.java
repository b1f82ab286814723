package io.github.qmp4j.blockjobs;

/**
 * What is done about persistent dirty bitmaps of the nodes that a job takes out of a disk's chain: what they recorded no longer
 * says what has changed, and the next incremental backup would be wrong or impossible.
 */
public enum BitmapRule {
    /** The job is refused, with the names of the bitmaps. */
    REFUSE,
    /** The job is started; the bitmaps stay in the files of their images, where nothing continues them. */
    DROP
}
