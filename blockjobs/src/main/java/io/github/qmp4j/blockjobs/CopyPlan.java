package io.github.qmp4j.blockjobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a copy means on a certain chain. Filters above the active image stay where they are: left to itself QEMU would put the
 * copy in the place of the highest of them.
 */
final class CopyPlan {
    /** The formats whose header can name a backing file. */
    static final Set<String> WITH_BACKING = Set.of("qcow2", "qcow", "qed", "vmdk");

    private CopyPlan() {}

    static JobPlan of(BlockChain chain, CopyRequest request) {
        int top = chain.imagePlaceFrom(0);
        if (top > 0 && request.extent() == CopyExtent.NONE) {
            throw new BlockChainException(
                    "a copy that stands on the disk itself (NONE) would put filter '%s' of disk %s below it, out of the guest's way; copy all of the disk, or its active layer"
                            .formatted(chain.activeLayer().label(), request.disk()));
        }
        int base = base(chain, request.extent());
        BlockNode target = target(request.target(), chain.activeLayer().virtualSize());
        boolean hasBacking = base < chain.nodes().size();
        boolean cannot = !(request.target() instanceof CopyTarget.Node) && !WITH_BACKING.contains(target.driver());
        if (hasBacking && cannot) {
            throw new BlockChainException(
                    "a target of the format %s has no backing file, and the copy would lose what lies below; copy all of the disk, or use qcow2"
                            .formatted(target.driver()));
        }
        List<BlockNode> upper = new ArrayList<>(chain.nodes().subList(0, top));
        upper.add(target);
        return new JobPlan(request, JobPlan.Kind.COPY, chain, top, base, JobPlan.joined(upper, chain, base));
    }

    /** QEMU looks through filters for the image that the copy of the active layer is to stand on. */
    private static int base(BlockChain chain, CopyExtent extent) {
        int below = chain.imagePlaceFrom(0) + 1;
        return switch (extent) {
            case FULL -> chain.nodes().size();
            case TOP -> below == chain.nodes().size() ? below : chain.imagePlaceFrom(below);
            case NONE -> 0;
        };
    }

    private static BlockNode target(CopyTarget target, long size) {
        Optional<String> node =
                target instanceof CopyTarget.Node named ? Optional.of(named.nodeName()) : Optional.empty();
        String file = "";
        String format = "";
        if (target instanceof CopyTarget.File to) {
            file = to.path();
            format = to.format();
        } else if (target instanceof CopyTarget.BlockDevice to) {
            file = to.path();
            format = to.format();
        }
        return new BlockNode(node, file, format, size, OptionalLong.empty(), false, Optional.empty());
    }

    /** Whether {@code drive-mirror} makes the copy; {@code blockdev-mirror} makes the others. */
    static boolean byDriveMirror(CopyRequest request) {
        boolean opensBackingTwice = request.reuseExternal() && request.extent() == CopyExtent.TOP;
        return request.engine() == CopyEngine.DRIVE_MIRROR
                || (request.engine() == CopyEngine.AUTO
                        && request.target() instanceof CopyTarget.File
                        && !opensBackingTwice);
    }
}
