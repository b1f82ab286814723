package io.github.qmp4j.blockjobs.graph;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockChainException;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.DiskRef;
import io.github.qmp4j.blockjobs.JobId;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.text.FileName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The block graph at one moment.
 *
 * @param disks the guest's disks, and those without a guest device
 * @param exports the node-names that are exported, by the ids of the exports; below the filters of jobs
 */
public record Graph(List<Disk> disks, List<GraphNode> nodes, Map<String, String> exports, Edges edges) {

    /** The disk that the user means; one with a guest device goes before those without, as QEMU has it. */
    public Disk find(DiskRef ref) {
        List<Disk> found = called(ref);
        if (found.size() == 1) {
            return found.get(0);
        }
        if (found.size() > 1) {
            throw new BlockChainException("'%s' may mean any of the disks %s; use another name of the one that is meant"
                    .formatted(ref, names(found)));
        }
        throw new BlockChainException(missing(ref));
    }

    /** The same for a job, which needs the files of its images; without a guest device these may not be known. */
    public Disk findForJob(DiskRef ref) {
        Disk disk = find(ref);
        if (!disk.chain().nodes().stream().allMatch(Graph::hasKnownFile)) {
            throw new BlockChainException(
                    "the images of disk %s cannot be known now: a pull or a backup exists, and this version of QEMU could die of the question; try again when that is over"
                            .formatted(disk.name()));
        }
        return disk;
    }

    private List<Disk> called(DiskRef ref) {
        List<Disk> called =
                disks.stream().filter(disk -> disk.isCalled(ref.name())).toList();
        List<Disk> pluggedIn = called.stream().filter(Disk::isPluggedIn).toList();
        return pluggedIn.isEmpty() ? called : pluggedIn;
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

    private static boolean hasKnownFile(BlockNode node) {
        return !node.driver().isEmpty();
    }

    /** Whether all that a job on this disk needs was read: the files of its layers, and the bitmaps of those that are open for writing. */
    boolean isKnown(DiskRef ref) {
        List<Disk> found = called(ref);
        return found.size() == 1
                && found.get(0).isPluggedIn()
                && found.get(0).chain().nodes().stream()
                        .skip(1)
                        .filter(layer -> !layer.isFilter())
                        .allMatch(BlockNode::readOnly);
    }

    /** Whether the files of all disks were read. */
    public boolean isAllKnown() {
        return disks.stream().flatMap(disk -> disk.chain().nodes().stream()).allMatch(Graph::hasKnownFile);
    }

    /** Whether a guest device uses an image, be it through others. */
    public boolean isBelowDevice(BlockNode image) {
        return disks.stream()
                .filter(Disk::isPluggedIn)
                .flatMap(disk -> disk.chain().nodes().stream())
                .anyMatch(image::isSameImage);
    }

    /** As in a storage daemon. */
    boolean hasNoDevices() {
        return disks.stream().noneMatch(Disk::isPluggedIn);
    }

    /** The same disk as in an earlier graph: at the same guest device, or without one with the same topmost node. */
    public Optional<Disk> same(Disk earlier) {
        DiskKey key = DiskKey.of(earlier);
        return disks.stream().filter(disk -> DiskKey.of(disk).equals(key)).findFirst();
    }

    /** The node that all exports of an earlier disk are on; empty if there is no such one. */
    public Optional<String> exported(Disk earlier) {
        List<Optional<String>> now = earlier.exports().stream()
                .map(id -> Optional.ofNullable(exports.get(id)))
                .distinct()
                .toList();
        return now.size() == 1 ? now.get(0) : Optional.empty();
    }

    private Map<String, GraphNode> byName() {
        return nodes.stream().collect(Collectors.toMap(GraphNode::name, Function.identity()));
    }

    public Optional<GraphNode> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** An image as it is now; empty where its node is gone, or was not read again. */
    public Optional<BlockNode> current(BlockNode image) {
        return image.nodeName().flatMap(this::node).filter(GraphNode::isCurrent).flatMap(GraphNode::image);
    }

    /** The chain below any node; empty where there is no such node. */
    public Optional<BlockChain> chainOf(String nodeName) {
        return new Chains(edges, byName()).from(nodeName);
    }

    /** Those of {@code dropped} that only one another use. */
    public List<BlockNode> unused(List<BlockNode> dropped) {
        List<BlockNode> unused =
                dropped.stream().filter(image -> isUnused(image, dropped)).toList();
        // A user of one of them uses what lies below it too.
        return unused.size() == dropped.size() ? unused : unused(unused);
    }

    private boolean isUnused(BlockNode image, List<BlockNode> dropped) {
        Set<String> theirs = dropped.stream()
                .flatMap(one -> one.nodeName().stream())
                .flatMap(this::withFile)
                .collect(Collectors.toSet());
        boolean isInUse = image.nodeName().stream()
                .flatMap(this::withFile)
                .flatMap(node -> edges.users(node).stream())
                .anyMatch(edge -> edge.user() != Edges.User.NODE || !theirs.contains(edge.name()));
        // The same file may be open by another node, under the same name or another one.
        boolean isOpenElsewhere = nodes.stream()
                .filter(node -> !theirs.contains(node.name()))
                .anyMatch(node -> node.mayBeFile(image.file()));
        return image.nodeName().isPresent()
                && !isInUse
                && !isOpenElsewhere
                && !isNamedElsewhere(image, theirs)
                && isAllKnown();
    }

    /** Whether the header of another open image names it: at the next start of QEMU that image needs it. */
    private boolean isNamedElsewhere(BlockNode image, Set<String> theirs) {
        return nodes.stream()
                .filter(node -> node.isCurrent() && !theirs.contains(node.name()))
                .flatMap(node -> node.image().stream())
                .anyMatch(other -> other.backingFile().isPresent() && FileName.names(other, image));
    }

    /** The node, and those that it has its bytes in. */
    private Stream<String> withFile(String node) {
        return Stream.iterate(Optional.of(node), Optional::isPresent, name -> name.flatMap(edges::file))
                .flatMap(Optional::stream);
    }

    /** The nodes that a job works on, with the overlays that a commit gives another backing file, and not the target of a copy. */
    public Set<String> workedOnBy(JobId job) {
        return Stream.concat(edges.workedOnBy(job.value()).stream(), overlaysOf(job))
                .collect(Collectors.toSet());
    }

    /** The overlays that a commit gives another backing file at its end: all that stand on its filter. */
    private Stream<String> overlaysOf(JobId job) {
        Set<String> held = edges.workedOnBy(job.value());
        return held.stream()
                .flatMap(node -> edges.users(node).stream())
                .filter(edge ->
                        edge.user() == Edges.User.NODE && edges.isJobFilter(edge.name()) && !held.contains(edge.name()))
                .flatMap(filter -> edges.users(filter.name()).stream())
                .filter(edge -> edge.user() == Edges.User.NODE)
                .map(Edges.Edge::name);
    }

    /** The images whose headers a pull or a commit rewrites at its end, as far as the graph shows a job that was met. */
    public List<BlockNode> rewrittenBy(JobId job, JobType type) {
        Set<String> held = edges.workedOnBy(job.value());
        Stream<BlockNode> images = type == JobType.PULL
                ? disks.stream().flatMap(disk -> disk.chain().nodes().stream()
                        .filter(node -> node.nodeName().filter(held::contains).isPresent())
                        .filter(node -> !node.isFilter())
                        .limit(1))
                : overlaysOf(job).flatMap(name -> node(name).stream()).flatMap(node -> node.image().stream());
        return images.filter(node -> !node.isFilter()).distinct().toList();
    }

    /** The images that a pull or a commit moves data into, as far as the graph shows a job that was met. */
    public List<BlockNode> writtenBy(JobId job, JobType type) {
        Set<String> held = edges.workedOnBy(job.value());
        return type == JobType.PULL
                ? rewrittenBy(job, type)
                : disks.stream()
                        .flatMap(disk -> disk.chain().nodes().stream()
                                .filter(node -> !node.isFilter())
                                .filter(node ->
                                        node.nodeName().filter(held::contains).isPresent())
                                .reduce((upper, lower) -> lower)
                                .stream())
                        .distinct()
                        .toList();
    }

    /** The filters of jobs right above nodes of a chain that no job holds: of jobs that have ended and are not dismissed. */
    public boolean hasFilterOfEndedJob(BlockChain chain) {
        return chain.nodes().stream()
                .flatMap(image -> image.nodeName().stream())
                .flatMap(name -> edges.users(name).stream())
                .filter(edge -> edge.user() == Edges.User.NODE)
                .anyMatch(edge -> isFilterOfEndedJob(edge.name()));
    }

    /** Whether it is the filter of a job, and no job holds it or what it stands on. */
    public boolean isFilterOfEndedJob(String node) {
        return edges.isJobFilter(node)
                && Stream.concat(Stream.of(node), edges.belowFilter(node).stream())
                        .flatMap(name -> edges.users(name).stream())
                        .noneMatch(edge -> edge.user() == Edges.User.JOB);
    }

    /** Whether the name of a node is also the name of a device: QEMU would take it for the latter. */
    public boolean isAmbiguous(String nodeName) {
        return disks.stream()
                .filter(disk -> disk.device().filter(nodeName::equals).isPresent())
                .anyMatch(disk -> !disk.chain().activeLayer().nodeName().equals(Optional.of(nodeName)));
    }

    /** Whether a new node can have this name: no node has it, and no device, for QEMU keeps both in one place. */
    public boolean isFree(String nodeName) {
        return !edges.nodes().contains(nodeName)
                && disks.stream()
                        .noneMatch(
                                disk -> disk.device().filter(nodeName::equals).isPresent());
    }

    /**
     * Nodes outside of a chain that stand above its active layer, the highest first: what an earlier active commit dropped and
     * nothing has removed. QEMU then refuses every job on that disk that needs a root node.
     */
    public List<String> above(BlockChain chain) {
        List<String> above =
                new ArrayList<>(chain.activeLayer().nodeName().stream().toList());
        for (int i = 0; i < above.size(); i++) {
            edges.users(above.get(i)).stream()
                    .filter(edge -> edge.user() == Edges.User.NODE && !edges.isJobFilter(edge.name()))
                    .map(Edges.Edge::name)
                    .filter(name -> !above.contains(name))
                    .forEach(above::add);
        }
        List<String> highestFirst = new ArrayList<>(above.subList(Math.min(1, above.size()), above.size()));
        Collections.reverse(highestFirst);
        return highestFirst;
    }
}
