package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BackingName;
import io.github.qmp4j.blockjobs.BlockNode;
import java.util.Optional;

/**
 * The header that QEMU rewrites at the end of a job.
 *
 * @param image whose header it is
 * @param backing the node that it is to name; empty where it is to name none
 * @param name how it names that
 * @param opensAtStart whether QEMU opens the image for writing when the job starts, and refuses the start where it cannot
 * @param ofEveryOverlay whether QEMU gives every overlay of the highest node the same new backing name
 */
public record HeaderChange(
        BlockNode image, Optional<BlockNode> backing, BackingName name, boolean opensAtStart, boolean ofEveryOverlay) {}
