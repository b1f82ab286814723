package io.github.qmp4j.blockjobs.outcome;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.JobRecord;
import io.github.qmp4j.blockjobs.graph.Chains;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.plan.JobPlan;
import io.github.qmp4j.blockjobs.plan.Planner;
import java.util.List;
import java.util.Optional;

/**
 * What a record says of a disk, to be held against a graph: image by image, by node-names in the run of QEMU that they are from.
 * In another run a node of the same name may be anything, so there it is by files.
 *
 * @param disk the disk before the job
 * @param targetNode the node-name by which a copy's target is known in {@code now}
 * @param now the graph, its images told apart in the same way
 */
record RecordedChain(JobPlan plan, Disk disk, Optional<String> targetNode, Graph now, boolean byNames) {
    /** What no node is called. */
    private static final Optional<String> NOBODY = Optional.of("");

    static RecordedChain of(JobRecord record, Graph graph, boolean byNames) {
        JobPlan plan = Planner.plan(record.disk().chain(), record.request());
        if (byNames) {
            return new RecordedChain(plan, record.disk(), record.targetNode(), graph, true);
        }
        Disk disk = byFile(record.disk());
        Graph now = new Graph(
                graph.disks().stream().map(RecordedChain::byFile).toList(),
                graph.nodes(),
                graph.exports(),
                graph.edges());
        JobPlan there = plan.on(disk.chain(), byFile(plan.after()));
        Optional<String> target = graph.same(disk)
                .map(same -> same.chain().activeLayer())
                .filter(active -> active.path().isPresent()
                        && active.path().equals(path(plan.after().activeLayer())))
                .flatMap(BlockNode::nodeName)
                .or(() -> NOBODY);
        return new RecordedChain(there, disk, target, withNameOfActive(now, disk, graph, target), false);
    }

    private static Optional<String> path(BlockNode node) {
        return node.file().isEmpty() ? Optional.empty() : node.path();
    }

    /** The active layer keeps its name where it is the target of the copy, so that the name identifies it. */
    private static Graph withNameOfActive(Graph now, Disk disk, Graph graph, Optional<String> target) {
        if (target.equals(NOBODY)) {
            return now;
        }
        List<Disk> disks = now.disks().stream()
                .map(one -> one.device().equals(disk.device()) && one.qdev().equals(disk.qdev())
                        ? new Disk(one.device(), one.qdev(), named(one.chain(), target), one.exports())
                        : one)
                .toList();
        return new Graph(disks, graph.nodes(), graph.exports(), graph.edges());
    }

    private static BlockChain named(BlockChain chain, Optional<String> name) {
        return Chains.joined(List.of(called(chain.activeLayer(), name)), chain, 1);
    }

    private static Disk byFile(Disk disk) {
        return new Disk(disk.device(), disk.qdev(), byFile(disk.chain()), disk.exports());
    }

    private static BlockChain byFile(BlockChain chain) {
        return new BlockChain(chain.nodes().stream()
                .map(node -> called(node, Optional.empty()))
                .toList());
    }

    /** QEMU writes one and the same image as a path or as a {@code json:} text, as its header fits. */
    private static BlockNode called(BlockNode node, Optional<String> name) {
        return new BlockNode(
                name,
                path(node).orElse(node.file()),
                node.driver(),
                node.virtualSize(),
                node.actualSize(),
                node.readOnly(),
                node.backingFile());
    }

    OutcomeRule decide() {
        return new PlannedOutcome(plan, disk, targetNode);
    }

    /** The chain of the disk now; empty if there is no such disk. */
    Optional<BlockChain> chainNow() {
        return now.same(disk).map(Disk::chain);
    }

    boolean isAsBefore() {
        List<BlockNode> before = disk.chain().nodes();
        return chainNow()
                .map(BlockChain::nodes)
                .filter(nodes -> nodes.size() == before.size())
                .filter(nodes -> {
                    for (int i = 0; i < nodes.size(); i++) {
                        if (!nodes.get(i).isSameImage(before.get(i))) {
                            return false;
                        }
                    }
                    return true;
                })
                .isPresent();
    }

    /** The image whose header tells whether a pull or an intermediate commit was done. */
    private BlockNode witness() {
        return plan.overlay().orElseGet(plan::topNode);
    }

    boolean isHeaderUntouched() {
        return headerNow().filter(witness().backingFile()::equals).isPresent();
    }

    boolean isHeaderAsPlanned() {
        return headerNow().filter(plan.backingString()::equals).isPresent();
    }

    /** Empty where the image is not in the chain; empty inside where its header names none. */
    private Optional<Optional<String>> headerNow() {
        return chainNow().flatMap(chain -> chain.nodes().stream()
                .filter(witness()::isSameImage)
                .map(BlockNode::backingFile)
                .findFirst());
    }
}
