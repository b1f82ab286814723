package io.github.qmp4j.blockjobs;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What a copy means on a certain chain. */
final class CopyPlan {
    /** The formats whose header can name a backing file. */
    static final Set<String> WITH_BACKING = Set.of("qcow2", "qcow", "qed", "vmdk");

    private CopyPlan() {}

    static JobPlan of(BlockChain chain, CopyRequest request) {
        int base = base(chain, request.extent());
        BlockNode target = target(request.target(), chain.activeLayer().virtualSize());
        boolean hasBacking = base < chain.nodes().size();
        boolean cannot = !(request.target() instanceof CopyTarget.Node) && !WITH_BACKING.contains(target.driver());
        if (hasBacking && cannot) {
            throw new BlockChainException(
                    "a target of the format %s has no backing file, and the copy would lose what lies below; copy all of the disk, or use qcow2"
                            .formatted(target.driver()));
        }
        return new JobPlan(request, JobPlan.Kind.COPY, chain, 0, base, JobPlan.joined(List.of(target), chain, base));
    }

    /** QEMU looks through filters for the image that the copy of the active layer is to stand on. */
    private static int base(BlockChain chain, CopyExtent extent) {
        int below = chain.activeImagePlace() + 1;
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
}
