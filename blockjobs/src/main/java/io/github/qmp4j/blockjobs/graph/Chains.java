package io.github.qmp4j.blockjobs.graph;

import io.github.qmp4j.blockjobs.BlockChain;
import io.github.qmp4j.blockjobs.BlockNode;
import io.github.qmp4j.blockjobs.text.JobIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Follows the edges of the graph downwards. The filters of jobs are left out of every chain. */
public record Chains(Edges edges, Map<String, GraphNode> nodes) {

    /** The chain below a node, with the node itself; empty where there is no such node, or only the filter of an ended job. */
    Optional<BlockChain> from(String top) {
        List<BlockNode> chain = new ArrayList<>();
        Optional<String> name = Optional.of(top).filter(nodes::containsKey);
        while (name.isPresent()) {
            String node = name.get();
            if (!edges.isJobFilter(node)) {
                chain.add(image(node));
            }
            name = below(node);
        }
        return chain.isEmpty() ? Optional.empty() : Optional.of(new BlockChain(chain));
    }

    private Optional<String> below(String node) {
        if (edges.isJobFilter(node)) {
            return edges.belowFilter(node);
        }
        boolean isFilter = image(node).isFilter();
        return edges.child(node, Edges.BACKING).or(() -> isFilter ? edges.file(node) : Optional.empty());
    }

    /** The details of a node; its name alone where QEMU could not be asked. */
    BlockNode image(String node) {
        return Optional.ofNullable(nodes.get(node))
                .flatMap(GraphNode::image)
                .orElseGet(() ->
                        new BlockNode(Optional.of(node), "", "", 0, OptionalLong.empty(), true, Optional.empty()));
    }

    /** The node of the user below the filters of jobs: while a job runs, a device or an export is on the filter. */
    String belowFilters(String node) {
        String name = node;
        while (edges.isJobFilter(name)) {
            Optional<String> below = edges.belowFilter(name);
            if (below.isEmpty()) {
                return name;
            }
            name = below.get();
        }
        return name;
    }

    /** Whether another node uses it, be it through the filter of a job; one that only proves its header does not. */
    boolean isUsedByNode(String node) {
        return edges.users(node).stream()
                .filter(edge -> edge.user() == Edges.User.NODE && !JobIds.isProof(edge.name()))
                .anyMatch(edge -> !edges.isJobFilter(edge.name()) || isUsedByNode(edge.name()));
    }

    public static String drawn(BlockChain chain) {
        return String.join(" → ", chain.nodes().stream().map(BlockNode::label).toList());
    }

    /** The given nodes on top of the part of a chain that begins at a place. */
    public static BlockChain joined(List<BlockNode> upper, BlockChain chain, int from) {
        List<BlockNode> joined = new ArrayList<>(upper);
        joined.addAll(chain.nodes().subList(from, chain.nodes().size()));
        return new BlockChain(joined);
    }
}
