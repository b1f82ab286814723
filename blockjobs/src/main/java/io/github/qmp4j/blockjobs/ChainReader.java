package io.github.qmp4j.blockjobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes chains of what {@code query-block} tells: it nests the images as the live graph does, and gives each by file name
 * and format; the node-name of all but the first has to be found among the listed nodes.
 */
final class ChainReader {
    private final List<GraphNode> nodes;

    ChainReader(List<GraphNode> nodes) {
        this.nodes = nodes;
    }

    /** The disk of one entry of {@code query-block}; empty if no medium is in it. */
    Optional<Disk> disk(JsonNode entry) {
        JsonNode inserted = entry.path("inserted");
        if (!inserted.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Disk(text(entry, "device"), text(entry, "qdev"), new BlockChain(chain(inserted))));
    }

    private List<BlockNode> chain(JsonNode inserted) {
        List<BlockNode> chain = new ArrayList<>();
        GraphNode above = null;
        for (JsonNode image = inserted.path("image"); image.isObject(); image = image.path("backing-image")) {
            Optional<String> known = chain.isEmpty() ? text(inserted, "node-name") : Optional.empty();
            GraphNode node = known.flatMap(this::named).orElse(known.isPresent() ? null : match(image, above));
            boolean readOnly =
                    node == null ? !chain.isEmpty() || inserted.path("ro").asBoolean() : node.readOnly();
            chain.add(new BlockNode(
                    known.or(() -> Optional.ofNullable(node).map(GraphNode::name)),
                    image.path("filename").asText(),
                    image.path("format").asText(),
                    image.path("virtual-size").asLong(),
                    image.has("actual-size")
                            ? OptionalLong.of(image.path("actual-size").asLong())
                            : OptionalLong.empty(),
                    readOnly,
                    text(image, "backing-filename")));
            above = node;
        }
        return chain;
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
