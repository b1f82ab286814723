package io.github.qmp4j.blockjobs;

/**
 * How a job treats the persistent dirty bitmaps of nodes that it takes out of a disk's chain. After the job such a bitmap no longer
 * says what has changed, and the next incremental backup would be wrong or impossible.
 */
public enum BitmapRule {
    /** The job is refused, with the names of the bitmaps; and so is a pivot of one that was to end without. */
    REFUSE,
    /** The job is started; the bitmaps stay in the files of their images, where nothing continues them. */
    DROP,
    /**
     * The bitmaps go on in the image that receives the data, those of one name as one: for a pull or an intermediate commit
     * they are merged before the start, for a copy or an active commit just before the pivot, each time in one
     * {@code transaction}. Bitmaps that were added are removed again if the job does not complete with them. Those that were
     * merged into an existing bitmap stay merged, and mark more than is needed.
     *
     * <p>The job is refused if a bitmap may have missed writes: if it is disabled, busy or inconsistent, if
     * the highest image that goes away lacks it (for a pull: the image that takes over), or if it is missing in an image
     * between two that have it. It is also refused if the receiving image is not qcow2. QEMU itself refuses a pull or an intermediate commit
     * whose receiving image is read-only. If another client pivots the job, the bitmaps are not merged, and they are named in
     * {@link JobOutcome#leftovers()}. A handle that has only adopted the job knows nothing of its request, and merges nothing.
     */
    MERGE
}
