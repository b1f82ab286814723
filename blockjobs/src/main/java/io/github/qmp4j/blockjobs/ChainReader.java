package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes chains of what QEMU tells: it nests the images as the live graph does, and gives each by file name and format; the
 * node-name of all but the first has to be found among the listed nodes. The filters of jobs are left out.
 */
final class ChainReader {
    private final List<GraphNode> nodes;

    ChainReader(List<GraphNode> nodes) {
        this.nodes = nodes;
    }

    /** The disk of one entry of {@code query-block}; empty if no medium is in it. */
    Optional<Disk> disk(JsonNode entry) {
        JsonNode inserted = entry.path("inserted");
        return chain(inserted).map(chain -> new Disk(text(entry, "device"), text(entry, "qdev"), chain, List.of()));
    }

    /** The chain below a node, with itself unless a job has put it there; empty where its layers were not read. */
    Optional<BlockChain> chain(GraphNode root) {
        return root.children().isPresent() ? byEdges(root) : chain(root.entry());
    }

    private Optional<BlockChain> byEdges(GraphNode root) {
        List<BlockNode> chain = new ArrayList<>();
        for (Optional<GraphNode> node = Optional.of(root);
                node.isPresent();
                node = node.flatMap(above -> above.below().flatMap(this::named))) {
            node.filter(each -> !each.isJobFilter())
                    .ifPresent(each -> chain.add(node(each.entry().path("image"), each, true)));
        }
        return whole(chain);
    }

    /** @param info what QEMU says of the uppermost node, with the images below nested in its own */
    private Optional<BlockChain> chain(JsonNode info) {
        List<BlockNode> chain = new ArrayList<>();
        GraphNode above = null;
        Optional<String> known = text(info, "node-name");
        for (JsonNode image = info.path("image"); image.isObject(); image = image.path("backing-image")) {
            GraphNode node = known.flatMap(this::named).orElse(known.isPresent() ? null : match(image, above));
            boolean ofJob =
                    node == null ? GraphNode.isMirrorFilter(image.path("format").asText()) : node.isJobFilter();
            if (!ofJob) {
                boolean readOnly = !chain.isEmpty() || info.path("ro").asBoolean();
                BlockNode read = node(image, node, readOnly);
                chain.add(known.isPresent() ? read.named(known.get()) : read);
            }
            above = node;
            known = Optional.empty();
        }
        return whole(chain);
    }

    private static Optional<BlockChain> whole(List<BlockNode> chain) {
        return chain.isEmpty() ? Optional.empty() : Optional.of(new BlockChain(chain));
    }

    /** @param readOnly what is taken where the node is not known */
    private static BlockNode node(JsonNode image, @Nullable GraphNode node, boolean readOnly) {
        return new BlockNode(
                Optional.ofNullable(node).map(GraphNode::name),
                image.path("filename").asText(),
                image.path("format").asText(),
                image.path("virtual-size").asLong(),
                image.has("actual-size")
                        ? OptionalLong.of(image.path("actual-size").asLong())
                        : OptionalLong.empty(),
                node == null ? readOnly : node.readOnly(),
                text(image, "backing-filename"),
                image.path("encrypted").asBoolean(),
                node == null ? List.of() : node.bitmaps());
    }

    private Optional<GraphNode> named(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /** The node of an image; null if there is none, or twins that no edge tells apart. */
    private @Nullable GraphNode match(JsonNode image, @Nullable GraphNode above) {
        List<GraphNode> found = nodes.stream()
                .filter(node -> node.file().equals(image.path("filename").asText()))
                .filter(node -> node.driver().equals(image.path("format").asText()))
                .toList();
        if (found.size() > 1 && above != null && above.children().isPresent()) {
            found = found.stream()
                    .filter(node -> above.children().get().contains(node.name()))
                    .toList();
        }
        return found.size() == 1 ? found.get(0) : null;
    }

    private static Optional<String> text(JsonNode json, String member) {
        return Optional.of(json.path(member).asText()).filter(text -> !text.isEmpty());
    }
}
