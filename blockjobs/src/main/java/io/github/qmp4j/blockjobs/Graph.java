package io.github.qmp4j.blockjobs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The block graph at one moment, as far as it could be read.
 *
 * @param disks the guest's disks
 * @param nodes all nodes; from an earlier moment where {@code listed} is false
 * @param listed whether QEMU could be asked for its nodes now
 * @param exported the node-names that are exported
 */
record Graph(List<Disk> disks, List<GraphNode> nodes, boolean listed, Set<String> exported) {

    /** The disk that the user means. */
    Disk find(DiskRef ref) {
        List<Disk> found =
                disks.stream().filter(disk -> disk.isCalled(ref.name())).toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        if (found.size() > 1) {
            throw new BlockChainException("'%s' may mean any of the disks %s; use another name of the one that is meant"
                    .formatted(ref, names(found)));
        }
        throw new BlockChainException(missing(ref));
    }

    private String missing(DiskRef ref) {
        Optional<Disk> above = disks.stream()
                .filter(disk -> disk.chain().nodes().stream().anyMatch(node -> node.isCalled(ref.name())))
                .findFirst();
        return above.map(disk ->
                        "'%s' is no disk but lies in the backing chain of disk %s; name that disk, and give the node as base or top"
                                .formatted(ref, disk.name()))
                .orElseGet(() -> disks.isEmpty()
                        ? "there is no disk '%s'; this QEMU has none".formatted(ref)
                        : "there is no disk '%s'; this QEMU has %s".formatted(ref, names(disks)));
    }

    private static String names(List<Disk> disks) {
        return String.join(", ", disks.stream().map(Disk::name).toList());
    }

    /** The same disk as in an earlier graph, by where it is plugged in. */
    Optional<Disk> same(Disk earlier) {
        return disks.stream()
                .filter(disk ->
                        disk.device().equals(earlier.device()) && disk.qdev().equals(earlier.qdev()))
                .findFirst();
    }

    /** Those of {@code dropped} that only one another use; none where that cannot be seen. */
    List<BlockNode> unused(List<BlockNode> dropped) {
        if (!listed) {
            return List.of();
        }
        List<BlockNode> unused =
                dropped.stream().filter(image -> isUnused(image, dropped)).toList();
        // Whoever uses one of them uses what lies below it too.
        return unused.size() == dropped.size() ? unused : unused(unused);
    }

    private boolean isUnused(BlockNode image, List<BlockNode> dropped) {
        boolean inChain = disks.stream()
                .flatMap(disk -> disk.chain().nodes().stream())
                .anyMatch(node -> GraphNode.mayBeOneFile(node.file(), image.file())
                        && node.driver().equals(image.driver()));
        // Two nodes of one image: which of them is used by whom cannot be told.
        boolean isTwin = nodes.stream().filter(node -> node.isOf(image)).count() > 1;
        boolean isExported = image.nodeName().filter(exported::contains).isPresent();
        boolean usedByAnother = nodes.stream()
                .filter(node -> dropped.stream().noneMatch(other -> isNodeOf(node, other)))
                .anyMatch(node -> node.mayUse(image));
        return !inChain && !isTwin && !isExported && !usedByAnother;
    }

    private static boolean isNodeOf(GraphNode node, BlockNode image) {
        return image.nodeName()
                .map(node.name()::equals)
                .orElse(node.file().equals(image.file()) && node.driver().equals(image.driver()));
    }

    /** A filter that some job has put into this chain; none where QEMU cannot be asked for its nodes now. */
    Optional<GraphNode> jobFilterIn(BlockChain chain) {
        if (!listed) {
            return Optional.empty();
        }
        return nodes.stream()
                .filter(GraphNode::isJobFilter)
                .filter(filter ->
                        chain.nodes().stream().anyMatch(node -> node.file().equals(filter.file())))
                .findFirst();
    }

    /** Whether the name of a node is also the name of a device: QEMU would take it for the latter. */
    boolean isAmbiguous(String nodeName) {
        return disks.stream()
                .filter(disk -> disk.device().filter(nodeName::equals).isPresent())
                .anyMatch(disk -> !disk.chain().activeLayer().nodeName().equals(Optional.of(nodeName)));
    }

    /** Whether a new node can have this name: no node has it, and no device, for QEMU keeps both in one place. */
    boolean isFree(String nodeName) {
        return listed
                && nodes.stream().noneMatch(node -> node.name().equals(nodeName))
                && disks.stream()
                        .noneMatch(
                                disk -> disk.device().filter(nodeName::equals).isPresent());
    }

    /**
     * Nodes outside of a chain that may stand above its active layer, the highest first: what an earlier active commit
     * dropped and nobody has removed. QEMU then refuses every job on that disk that needs a root node.
     */
    List<GraphNode> above(BlockChain chain) {
        List<GraphNode> others = nodes.stream()
                .filter(node -> !node.isJobFilter())
                .filter(node -> chain.nodes().stream().noneMatch(image -> isNodeOf(node, image)))
                .toList();
        List<GraphNode> above = new ArrayList<>(
                others.stream().filter(node -> node.mayUse(chain.activeLayer())).toList());
        for (int i = 0; i < above.size(); i++) {
            GraphNode lower = above.get(i);
            others.stream()
                    .filter(node -> node.mayUse(lower) && !above.contains(node))
                    .forEach(above::add);
        }
        Collections.reverse(above);
        return above;
    }
}
