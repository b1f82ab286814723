package io.github.qmp4j.blockjobs;

import java.util.Optional;

/**
 * A commit, {@code block-commit}: the data of the nodes from top down is moved into base, and they are no longer needed.
 *
 * <p>With the active layer as top (the default) the job becomes READY and waits: {@link BlockJob#pivot()} makes base the
 * active layer, {@link BlockJob#finishWithoutPivot()} keeps the overlay. With a node below it the job ends by itself.
 * Filters above the active layer, for example a throttle, stay where they are.
 *
 * @param top the highest node, by node-name or file name, that is committed; empty is the active layer
 * @param base the node that receives the data; empty is the lowest of the chain, or with {@code shallow} the backing node
 *     of top
 * @param shallow whether only top is committed, into the first image below it
 */
public record CommitRequest(
        DiskRef disk, Optional<String> top, Optional<String> base, boolean shallow, JobSettings settings)
        implements BlockJobRequest {

    /** A commit of the whole chain into its lowest node. */
    public static CommitRequest of(String disk) {
        return new CommitRequest(DiskRef.of(disk), Optional.empty(), Optional.empty(), false, JobSettings.DEFAULT);
    }

    public CommitRequest top(String node) {
        return new CommitRequest(disk, Optional.of(node), base, shallow, settings);
    }

    public CommitRequest base(String node) {
        return new CommitRequest(disk, top, Optional.of(node), shallow, settings);
    }

    public CommitRequest intoBackingNode() {
        return new CommitRequest(disk, top, base, true, settings);
    }

    public CommitRequest with(JobSettings newSettings) {
        return new CommitRequest(disk, top, base, shallow, newSettings);
    }
}
