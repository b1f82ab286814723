package io.github.qmp4j.blockjobs.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.DirtyBitmap;
import io.github.qmp4j.blockjobs.Disk;
import io.github.qmp4j.blockjobs.Finding;
import io.github.qmp4j.blockjobs.Finding.Kind;
import io.github.qmp4j.blockjobs.JobInfo;
import io.github.qmp4j.blockjobs.JobStatus;
import io.github.qmp4j.blockjobs.JobType;
import io.github.qmp4j.blockjobs.graph.Graph;
import io.github.qmp4j.blockjobs.graph.GraphNode;
import io.github.qmp4j.blockjobs.header.HeaderNames;
import io.github.qmp4j.blockjobs.plan.CopyPlan;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds in a block graph what jobs have left behind. Nothing is changed. */
final class LeftoverSearch {
    private LeftoverSearch() {}

    /** @param jobs all that QEMU has: what they use is not left behind */
    static List<Finding> in(Graph graph, List<JobInfo> jobs) {
        List<Finding> found = new ArrayList<>();
        boolean isCopied = jobs.stream().anyMatch(job -> job.type() == JobType.COPY);
        for (GraphNode node : graph.nodes()) {
            boolean isOurs = JobIds.isProof(node.name()) || (!isCopied && JobIds.isTarget(node.name()));
            if (isOurs && isUnused(node, graph)) {
                found.add(thing(
                        Kind.NODE,
                        node.name(),
                        "it has the name of a node of a copy or a proof, and no device, job, export or other node uses it now; unless a start that is under way needs it, it can be removed",
                        Optional.of(QmpCommand.of("blockdev-del").with("node-name", node.name()))));
            }
            if (graph.isFilterOfEndedJob(node.name())
                    && jobs.stream().noneMatch(job -> job.status() == JobStatus.CONCLUDED)) {
                found.add(thing(
                        Kind.FILTER,
                        node.name(),
                        "a job has put it into a chain, and there is no such job; it goes when QEMU ends",
                        Optional.empty()));
            }
        }
        if (jobs.isEmpty()) {
            graph.disks().stream()
                    .filter(disk -> disk.isPluggedIn() || !disk.exports().isEmpty())
                    .flatMap(LeftoverSearch::headers)
                    .forEach(found::add);
        }
        return found;
    }

    private static boolean isUnused(GraphNode node, Graph graph) {
        return graph.edges().users(node.name()).isEmpty();
    }

    private static Stream<Finding> headers(Disk disk) {
        List<BlockNode> images =
                disk.chain().nodes().stream().filter(node -> !node.isFilter()).toList();
        List<Finding> found = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            BlockNode image = images.get(i);
            Optional<BlockNode> below = i + 1 < images.size() ? Optional.of(images.get(i + 1)) : Optional.empty();
            if (CopyPlan.WITH_BACKING.contains(image.driver()) && !HeaderNames.fits(image, below)) {
                found.add(header(disk, image, below));
            }
        }
        return found.stream();
    }

    private static Finding header(Disk disk, BlockNode image, Optional<BlockNode> below) {
        String what = "the header of %s names %s, but its backing node is %s"
                .formatted(
                        image.label(),
                        image.backingFile().orElse("no backing file"),
                        below.map(BlockNode::label).orElse("none"));
        Optional<String> text = below.flatMap(node -> HeaderNames.text(image, node));
        Optional<String> device =
                disk.device().or(() -> disk.chain().activeLayer().nodeName());
        if (text.isEmpty() || device.isEmpty() || image.nodeName().isEmpty()) {
            // QEMU does not write the header of an image without a backing node either.
            return thing(
                    Kind.HEADER,
                    image.label(),
                    what + "; write it with qemu-img rebase -u when no process has it open",
                    Optional.empty());
        }
        return thing(
                Kind.HEADER,
                image.label(),
                what + "; it will name " + text.get(),
                Optional.of(QmpCommand.of("change-backing-file")
                        .with("device", device.get())
                        .with("image-node-name", image.nodeName().get())
                        .with("backing-file", text.get())));
    }

    /** Those that are good for nothing any more. */
    static List<Finding> bitmaps(Graph graph) {
        return graph.nodes().stream()
                .flatMap(node -> node.image().stream())
                .flatMap(image -> image.bitmaps().stream()
                        .filter(DirtyBitmap::inconsistent)
                        .map(bitmap -> bitmap(image, bitmap.name())))
                .toList();
    }

    private static Finding bitmap(BlockNode node, String name) {
        String what =
                "the bitmap of %s was in use when QEMU was killed, and says nothing any more; the next backup must be a full one"
                        .formatted(node.label());
        return node.readOnly()
                ? thing(
                        Kind.BITMAP,
                        name,
                        what
                                + "; its image is read-only here: remove it with qemu-img bitmap --remove %s %s when no process has that open"
                                        .formatted(node.file(), name),
                        Optional.empty())
                : thing(
                        Kind.BITMAP,
                        name,
                        what + "; it will be removed",
                        Optional.of(QmpCommand.of("block-dirty-bitmap-remove")
                                .with("node", node.label())
                                .with("name", name)));
    }

    private static Finding thing(Kind kind, String name, String what, Optional<QmpCommand<JsonNode>> command) {
        return new Finding(kind, name, what, Optional.empty(), Optional.empty(), command);
    }
}
