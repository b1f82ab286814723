package io.github.qmp4j.blockjobs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The block graph at one moment, as far as it could be read.
 *
 * @param disks the guest's disks, and those without a guest device; the latter from an earlier moment where {@code listed} is
 *     false
 * @param nodes all nodes; from an earlier moment where {@code listed} is false
 * @param listed whether QEMU could be asked for its nodes now
 * @param exports the node-names that are exported, by the ids of the exports
 */
record Graph(List<Disk> disks, List<GraphNode> nodes, boolean listed, Map<String, String> exports) {

    /** The disk that the user means; one with a guest device goes before those without, as QEMU has it. */
    Disk find(DiskRef ref) {
        List<Disk> called =
                disks.stream().filter(disk -> disk.isCalled(ref.name())).toList();
        List<Disk> pluggedIn = called.stream().filter(Disk::isPluggedIn).toList();
        List<Disk> found = pluggedIn.isEmpty() ? called : pluggedIn;
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
                        ? "there is no disk '%s'; this QEMU has none%s".formatted(ref, unseen())
                        : "there is no disk '%s'; this QEMU has %s%s".formatted(ref, names(disks), unseen()));
    }

    private String unseen() {
        return listed
                ? ""
                : "; new disks without a guest device cannot be seen while a pull or a backup exists that keeps this version of QEMU from listing its nodes";
    }

    private static String names(List<Disk> disks) {
        return String.join(", ", disks.stream().map(Disk::name).toList());
    }

    /** The same disk as in an earlier graph: at the same guest device, or without one with the same topmost node. */
    Optional<Disk> same(Disk earlier) {
        DiskKey key = DiskKey.of(earlier);
        return disks.stream().filter(disk -> DiskKey.of(disk).equals(key)).findFirst();
    }

    /** The node that all exports of an earlier disk are on; empty if there is no such one. */
    Optional<String> exported(Disk earlier) {
        List<Optional<String>> now = earlier.exports().stream()
                .map(id -> Optional.ofNullable(exports.get(id)))
                .distinct()
                .toList();
        return now.size() == 1 ? now.get(0) : Optional.empty();
    }

    /** The chain below any node; empty where there is no such node, or what lies below it was not read. */
    Optional<BlockChain> chainOf(String nodeName) {
        return nodes.stream()
                .filter(node -> listed && node.name().equals(nodeName))
                .flatMap(node -> new ChainReader(nodes).chain(node).stream())
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
        // A chain that only itself uses is no use; who stands on it is asked below.
        boolean inChain = disks.stream()
                .filter(Disk::isPluggedIn)
                .flatMap(disk -> disk.chain().nodes().stream())
                .anyMatch(node -> GraphNode.mayBeOneFile(node.file(), image.file())
                        && node.driver().equals(image.driver()));
        // Two nodes of one image: which of them is used by whom cannot be told.
        boolean isTwin = nodes.stream().filter(node -> node.isOf(image)).count() > 1;
        boolean isExported = image.nodeName().filter(exports::containsValue).isPresent();
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

    /** The filters that jobs have put among these nodes; none where QEMU cannot be asked for its nodes now. */
    List<GraphNode> jobFiltersIn(List<BlockNode> chain) {
        return nodes.stream()
                .filter(node -> listed && node.isJobFilter())
                .filter(filter -> chain.stream().anyMatch(node -> node.file().equals(filter.file())))
                .toList();
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
