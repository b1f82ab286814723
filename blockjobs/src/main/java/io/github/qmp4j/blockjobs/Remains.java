package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.qmp4j.QmpCommand;
import io.github.qmp4j.blockjobs.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds in a block graph what jobs have left behind. Nothing is changed. */
final class Remains {
    private Remains() {}

    /** @param jobs all that QEMU has: what they use is not left behind */
    static List<Finding> in(Graph graph, List<JobInfo> jobs) {
        if (!graph.listed()) {
            return List.of();
        }
        List<Finding> found = new ArrayList<>();
        boolean isCopied = jobs.stream().anyMatch(job -> job.type() == JobType.COPY);
        for (GraphNode node : graph.nodes()) {
            if (!isCopied && JobIds.isTarget(node.name()) && isUnused(node, graph)) {
                found.add(Finding.thing(
                        Kind.NODE,
                        node.name(),
                        "it was added for a copy that is over, and nothing uses it; it will be removed",
                        Optional.of(QmpCommand.of("blockdev-del").with("node-name", node.name()))));
            }
            if (node.isJobFilter() && jobs.stream().noneMatch(job -> Conflicts.isBehind(node, job.type()))) {
                found.add(Finding.thing(
                        Kind.FILTER,
                        node.name(),
                        "a job has put it into a chain, and there is no such job; it goes when QEMU ends",
                        Optional.empty()));
            }
        }
        if (jobs.isEmpty()) {
            graph.disks().stream()
                    .filter(disk -> disk.isPluggedIn() || !disk.exports().isEmpty())
                    .flatMap(Remains::headers)
                    .forEach(found::add);
        }
        return found;
    }

    private static boolean isUnused(GraphNode node, Graph graph) {
        // A node that nobody uses is a disk of its own.
        return !graph.exports().containsValue(node.name())
                && graph.disks().stream()
                        .flatMap(disk -> disk.chain().nodes().stream().skip(disk.isPluggedIn() ? 0 : 1))
                        .noneMatch(image -> image.nodeName().equals(Optional.of(node.name())));
    }

    private static Stream<Finding> headers(Disk disk) {
        List<BlockNode> images =
                disk.chain().nodes().stream().filter(node -> !node.isFilter()).toList();
        List<Finding> found = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            BlockNode image = images.get(i);
            Optional<BlockNode> below = i + 1 < images.size() ? Optional.of(images.get(i + 1)) : Optional.empty();
            if (CopyPlan.WITH_BACKING.contains(image.driver()) && !fits(image, below)) {
                found.add(header(disk, image, below));
            }
        }
        return found.stream();
    }

    private static boolean fits(BlockNode image, Optional<BlockNode> below) {
        Optional<String> header = image.backingFile();
        return header.isPresent() == below.isPresent()
                && header.map(name -> GraphNode.mayBeOneFile(name, below.get().file()))
                        .orElse(true);
    }

    private static Finding header(Disk disk, BlockNode image, Optional<BlockNode> below) {
        String what = "the header of %s names %s, but its backing node is %s"
                .formatted(
                        image.label(),
                        image.backingFile().orElse("no backing file"),
                        below.map(BlockNode::label).orElse("none"));
        try {
            String text = below.map(node -> BackingString.of(image, node, BackingName.AS_OPENED))
                    .orElse("");
            QmpCommand<JsonNode> change = QmpCommand.of("change-backing-file")
                    .with(
                            "device",
                            disk.device()
                                    .or(() -> disk.chain().activeLayer().nodeName())
                                    .orElseThrow())
                    .with("image-node-name", image.nodeName().orElseThrow())
                    .with("backing-file", text);
            return Finding.thing(
                    Kind.HEADER,
                    image.label(),
                    what + (text.isEmpty() ? "; it will name none" : "; it will name " + text),
                    Optional.of(change));
        } catch (BlockChainException | java.util.NoSuchElementException cannotBeWritten) {
            return Finding.thing(
                    Kind.HEADER, image.label(), what + "; write it with qemu-img rebase -u", Optional.empty());
        }
    }

    /** Bitmaps are told of the active layers only. */
    static List<Finding> bitmaps(JsonNode devices) {
        return GraphReader.stream(devices)
                .map(device -> device.path("inserted"))
                .flatMap(disk -> GraphReader.stream(disk.path("dirty-bitmaps"))
                        .filter(bitmap -> bitmap.path("inconsistent").asBoolean())
                        .map(bitmap -> bitmap(
                                disk.path("node-name").asText(),
                                bitmap.path("name").asText())))
                .toList();
    }

    private static Finding bitmap(String node, String name) {
        return Finding.thing(
                Kind.BITMAP,
                name,
                "the bitmap of %s was in use when QEMU was killed, and says nothing any more; it will be removed, and the next backup must be a full one"
                        .formatted(node),
                Optional.of(QmpCommand.of("block-dirty-bitmap-remove")
                        .with("node", node)
                        .with("name", name)));
    }
}
