package io.github.qmp4j.blockjobs.plan;

import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DiskRef;

/**
 * Decides by the sizes of a chain's layers whether a job leaves the guest's view as it is. Beyond the end of a layer an overlay
 * reads zeroes, whatever lies deeper; so a layer that is shorter than both of its neighbours hides the end of the lower one.
 *
 * <p>QEMU reads through the layers that a pull or an intermediate commit takes out, but stops at the end of the highest of them;
 * the base then shows through. An active commit and a copy read to the end of the disk. After the pivot of an active commit the
 * disk is as long as the base.
 */
final class LayerSizes {
    private LayerSizes() {}

    /**
     * For a job that takes layers out from between an overlay and a base.
     *
     * @param highest the highest of those layers
     * @param wayOut what a user can do instead
     * @throws BlockChainException if the job would change what the guest reads
     */
    static void requireCovered(String word, BlockNode overlay, BlockNode highest, BlockNode base, String wayOut) {
        if (highest.virtualSize() >= Math.min(overlay.virtualSize(), base.virtualSize())) {
            return;
        }
        throw new BlockChainException(
                "a %s onto base '%s' would change what '%s' reads: '%s' ends at %d bytes, '%s' at %d, and between the two '%s' (%d) would read old data of the base instead of zeroes; %s, or enlarge '%s' with qemu-img resize while no QEMU has it open"
                        .formatted(
                                word,
                                base.label(),
                                overlay.label(),
                                highest.label(),
                                highest.virtualSize(),
                                base.label(),
                                base.virtualSize(),
                                overlay.label(),
                                overlay.virtualSize(),
                                wayOut,
                                highest.label()));
    }

    /**
     * For a commit of the active layer that is not to grow the disk.
     *
     * @throws BlockChainException if it would
     */
    static void requireNoGrowth(DiskRef disk, BlockNode active, BlockNode base) {
        if (base.virtualSize() > active.virtualSize()) {
            throw new BlockChainException(
                    "a commit into base '%s' (%d bytes) would grow disk %s from %d bytes, and the guest would find old data of the base there; choose a smaller base, or ask for growth (CommitRequest.withGrowsDisk), which has the new part read as zeroes"
                            .formatted(base.label(), base.virtualSize(), disk, active.virtualSize()));
        }
    }
}
