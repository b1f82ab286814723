package io.github.qmp4j.blockjobs;

import java.util.Optional;

/**
 * A pull, {@code block-stream}: the active layer of a disk takes over the data of the nodes below it, and no longer needs
 * them.
 *
 * @param base the node, by node-name or file name, that stays its backing node; empty pulls the whole chain
 * @param bottom the lowest node to take over, as another way to give the base: its backing node stays
 */
public record PullRequest(DiskRef disk, Optional<String> base, Optional<String> bottom, JobSettings settings)
        implements BlockJobRequest {

    public PullRequest {
        if (base.isPresent() && bottom.isPresent()) {
            throw new IllegalArgumentException("a pull takes a base or a bottom, not both");
        }
    }

    /** A pull of the whole chain. */
    public static PullRequest of(String disk) {
        return new PullRequest(DiskRef.of(disk), Optional.empty(), Optional.empty(), JobSettings.DEFAULT);
    }

    public PullRequest base(String node) {
        return new PullRequest(disk, Optional.of(node), bottom, settings);
    }

    public PullRequest bottom(String node) {
        return new PullRequest(disk, base, Optional.of(node), settings);
    }

    public PullRequest with(JobSettings newSettings) {
        return new PullRequest(disk, base, bottom, newSettings);
    }
}
